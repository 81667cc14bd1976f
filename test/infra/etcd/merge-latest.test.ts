import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { mergeLatest } from '../../../infra/etcd/merge-latest.js';
import { heldMemory } from '../../support/memory.js';

const of = async function* <T>(...values: readonly T[]): AsyncGenerator<T, void, undefined> {
  for (const value of values) {
    await turn();
    yield value;
  }
};

/** Says one thing and then nothing more. */
const quiet = async function* (): AsyncGenerator<string, void, undefined> {
  yield 'quiet';
  await new Promise(() => undefined);
};

const counting = async function* (): AsyncGenerator<number, void, undefined> {
  for (let n = 0; ; n++) {
    await turn();
    yield n;
  }
};

const all = async <T>(source: AsyncIterable<T>): Promise<readonly T[]> => {
  const values: T[] = [];
  for await (const value of source) values.push(value);
  return values;
};

describe('the newest of two sources', () => {
  it('comes as a pair once both have one, then again with each new value, until one ends', async () => {
    const pairs = await all(mergeLatest(of(1, 2, 3), quiet()));
    assert.deepEqual(pairs, [
      [1, 'quiet'],
      [2, 'quiet'],
      [3, 'quiet'],
    ]);
  });

  it('throws what one of them throws, and closes both', async () => {
    const closed: string[] = [];
    const watched = async function* (name: string, fails: boolean): AsyncGenerator<string, void, undefined> {
      try {
        for (let said = 0; ; said++) {
          yield name;
          await turn();
          if (fails && said > 0) throw new Error(`${name} is broken`);
        }
      } finally {
        closed.push(name);
      }
    };
    await assert.rejects(all(mergeLatest(watched('a', false), watched('b', true))), /b is broken/);
    await turn();
    assert.deepEqual(closed.sort(), ['a', 'b']);
  });

  it('holds nothing of what came before, however long one of them is silent', async () => {
    const pairs = mergeLatest(counting(), quiet());
    const pull = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) await pairs.next();
    };
    await pull(1_000);
    const before = heldMemory();
    await pull(20_000);
    const grown = heldMemory() - before;
    await pairs.return();
    assert(grown < 20_000 * 40, `${String(Math.round(grown / 20_000))} bytes more for each pair`);
  });
});
