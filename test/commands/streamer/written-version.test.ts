import assert from 'node:assert/strict';
import { type StoreAnswer, type StoreFailure } from '../../../domain/store-answer.js';
import { WrittenVersion } from '../../../commands/streamer/written-version.js';

const answered = (value: number): StoreAnswer<number> => ({ kind: 'answered', value });
const unknown = (kind: StoreFailure['kind']): StoreAnswer<number> => ({
  kind: 'unknown',
  failure: { kind, message: 'permission denied' },
});

describe('the version that a streamer writes', () => {
  /** Asks until nothing more is to be heard; what was written after each answer, and what was told. */
  const follow = async (newest: number, answers: readonly (StoreAnswer<number> | Error)[]) => {
    const version = new WrittenVersion(newest);
    const [written, told, stop] = [[version.current], [] as string[], new AbortController()];
    let asked = 0;
    await version.follow(
      () => {
        const answer = answers[asked++]!;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
      () => {
        written.push(version.current);
        if (asked === answers.length) stop.abort();
        return Promise.resolve();
      },
      (line) => void told.push(line),
      stop.signal,
    );
    return { written: [...written, version.current], told, asked };
  };

  it('L6: is the first until another may stand in the log, and is asked about no more when it is the newest', async () => {
    const { written, asked, told } = await follow(3, [
      answered(1),
      unknown('slow'),
      answered(2),
      answered(3),
      answered(9),
    ]);
    assert.deepEqual([written, asked, told], [[1, 1, 1, 2, 3], 4, []]);
  });

  it('L6: is no newer than the program writes, whatever stands in the log', async () => {
    assert.deepEqual((await follow(2, [answered(5)])).written, [1, 2]);
    assert.equal((await follow(1, [])).asked, 0, 'a program that writes the first alone asks for nothing');
  });

  it('L6: stays what it is where nobody may be asked, which is told once', async () => {
    const { written, told } = await follow(2, [unknown('refused'), new Error('odd'), unknown('refused'), answered(1)]);
    assert.deepEqual(new Set(written), new Set([1]));
    assert.deepEqual(told, [
      'Segments are written in version 1, because nobody knows who reads a newer one: permission denied',
    ]);
  });
});
