import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type AppendStore } from '../../../commands/append/append-port.js';
import { type DeadLetterAmount, passedLimit, sumOf } from '../../../commands/streamer/dead-letter-limits.js';
import { FileLetters } from '../../../commands/streamer/file-letters.js';
import { letterCountsText, parseLetterCounts } from '../../../commands/streamer/letter-counts.js';
import { type LaneWork } from '../../../commands/streamer/lane-work.js';
import { type SourceId } from '../../../domain/ids.js';
import { never } from '../../support/never.js';

const file = '0123456789abcdef0123456789abcdef' as SourceId;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** One key, written over only where it is as the writer saw it; answers come late, or not at all, applied or not. */
const storeThat = (fate: () => 'answers' | 'loses the request' | 'loses the answer') => {
  let stored: string | undefined;
  const writeLetterCounts: AppendStore['writeLetterCounts'] = async (_, prior, text) => {
    const lost = { kind: 'unknown', failure: { kind: 'slow', message: '' } } as const;
    const comes = fate();
    await turn();
    if (comes === 'loses the request') return lost;
    if (stored === prior) stored = text;
    const value = stored!;
    await turn();
    return comes === 'answers' ? { kind: 'answered', value } : lost;
  };
  return { writeLetterCounts, text: () => stored };
};

describe('the dead letters of a file that several streamers read', () => {
  const fates = fc.array(fc.constantFrom('answers', 'answers', 'loses the request', 'loses the answer'), {
    minLength: 1,
    maxLength: 40,
  });
  const blocks = fc.array(fc.nat(6), { minLength: 1, maxLength: 8 });

  it('S3: together they do not pass the limit, and none is stopped while there is room', async () => {
    let stops = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(blocks, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 60 }),
        fates,
        async (ranges, limit, ends) => {
          let n = 0;
          const store = storeThat(() => ends[n++ % ends.length]!);
          const limits: DeadLetterAmount = { count: limit, bytes: 1e9 };
          const streaming = { store, deadLetters: limits, pause: turn, report: () => undefined };
          const work = { streaming, stops: { stop: never, abandon: never } } as unknown as LaneWork;
          const gathered = ranges.map(() => 0);
          const passes = (own: number, others: DeadLetterAmount): boolean =>
            passedLimit(sumOf([others, { count: own, bytes: 0 }]), limits) !== undefined;
          /** Gathers the blocks of a range, and again what had been gathered before a crash in the middle. */
          const read = async (range: number): Promise<void> => {
            for (const upTo of [Math.ceil(ranges[range]!.length / 2), ranges[range]!.length]) {
              const letters = new FileLetters(file, range, work);
              let own = 0;
              for (const more of ranges[range]!.slice(0, upTo)) {
                const others = await letters.count({ count: own + more, bytes: 100 * (own + more) });
                if (passes(own + more, others)) {
                  stops++;
                  assert.ok(more > 0 || own + others.count > limit);
                  assert.ok(sumOf(ranges.flat().map((count) => ({ count, bytes: 0 }))).count > limit);
                  return;
                }
                own += more;
                gathered[range] = Math.max(gathered[range]!, own);
                assert.ok(gathered.reduce((sum, count) => sum + count, 0) <= limit);
              }
            }
          };
          fc.pre(!ends.every((end) => end === 'loses the request' || end === 'loses the answer'));
          await Promise.all(ranges.map((_, range) => read(range)));
        },
      ),
      { numRuns: 300 },
    );
    assert.ok(stops > 20, `stopped ${String(stops)} times`);
  }).timeout(60_000);

  it('are stored range by range, and what is not understood is no count', () => {
    const counts = new Map([
      [3, { count: 2, bytes: 400 }],
      [0, { count: 1, bytes: 90 }],
    ]);
    assert.equal(letterCountsText(counts), '[[3,2,400],[0,1,90]]');
    assert.deepEqual(parseLetterCounts('[[3,2,400],[0,1,90]]'), counts);
    assert.throws(() => parseLetterCounts('{"3":2}'), /not understood/);
  });
});
