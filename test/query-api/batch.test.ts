import assert from 'node:assert/strict';
import { Batch } from '../../query-api/graphql/batch.js';

const keys = Array.from({ length: 1_000 }, (_, n) => n);

describe('what many fields load together', () => {
  it('is loaded once, each key once', async () => {
    const loads: (readonly number[])[] = [];
    const batch = new Batch<number, string>((asked) => {
      loads.push(asked);
      return Promise.resolve(new Map(asked.filter((key) => key !== 2).map((key) => [key, `of ${String(key)}`])));
    });
    const values = await Promise.all([1, 2, 1].map((key) => batch.load(key)));
    assert.deepEqual(values, ['of 1', undefined, 'of 1']);
    assert.deepEqual(loads, [[1, 2]]);
  });

  it('is handed over some at a time, so that others are answered before all of it is shown', async () => {
    const batch = new Batch<number, number>((asked) => Promise.resolve(new Map(asked.map((key) => [key, key]))));
    const [shown, between]: [Set<number>, Set<number>] = [new Set(), new Set()];
    const all = Promise.all(keys.map(async (key) => shown.add((await batch.load(key))!)));
    const other = (): void => {
      between.add(shown.size);
      if (shown.size < keys.length) setImmediate(other);
    };
    setImmediate(other);
    await all;
    assert.ok(between.size > 5, `others had their turn after ${[...between].join(', ')}`);
  });

  it('fails for all who asked for it, and for nobody else', async () => {
    let fails = true;
    const batch = new Batch<number, number>((asked) =>
      fails ? Promise.reject(new Error('no store')) : Promise.resolve(new Map(asked.map((key) => [key, key]))),
    );
    const refused = await Promise.allSettled([1, 2, 1].map((key) => batch.load(key)));
    assert.deepEqual(
      refused.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
    fails = false;
    assert.equal(await batch.load(1), 1);
  });
});
