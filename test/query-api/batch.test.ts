import assert from 'node:assert/strict';
import { Batch } from '../../query-api/graphql/batch.js';
import { TimeSlices } from '../../query-api/slices/time-slices.js';
import { never } from '../support/never.js';
import { busyFor } from './support/busy-for.js';

const keys = Array.from({ length: 100 }, (_, n) => n);

describe('what many fields load together', () => {
  it('is loaded once, each key once', async () => {
    const loads: (readonly number[])[] = [];
    const batch = new Batch<number, string>(new TimeSlices(never), (asked) => {
      loads.push(asked);
      return Promise.resolve(new Map(asked.filter((key) => key !== 2).map((key) => [key, `of ${String(key)}`])));
    });
    const values = await Promise.all([1, 2, 1].map((key) => batch.load(key)));
    assert.deepEqual(values, ['of 1', undefined, 'of 1']);
    assert.deepEqual(loads, [[1, 2]]);
  });

  it('is loaded when all who ask have had their turn, however many turns that takes', async () => {
    const [slices, loads]: [TimeSlices, number[]] = [new TimeSlices(never), []];
    const batch = new Batch<number, number>(slices, (asked) => {
      loads.push(asked.length);
      return Promise.resolve(new Map(asked.map((key) => [key, key])));
    });
    const many = Array.from({ length: 200 }, (_, n) => n);
    const shown = await slices.each(many, (key) => {
      busyFor(0.5);
      return batch.load(key);
    });
    assert.deepEqual([await Promise.all(shown), loads], [many, [many.length]]);
    slices.end();
  });

  it('is handed over some at a time, so that others are answered before all of it is shown', async () => {
    const batch = new Batch<number, number>(new TimeSlices(never), (asked) =>
      Promise.resolve(new Map(asked.map((key) => [key, key]))),
    );
    const [shown, between]: [Set<number>, Set<number>] = [new Set(), new Set()];
    const show = async (key: number): Promise<void> => {
      shown.add((await batch.load(key))!);
      busyFor(1);
    };
    const all = Promise.all(keys.map(show));
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
    const batch = new Batch<number, number>(new TimeSlices(never), (asked) =>
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
