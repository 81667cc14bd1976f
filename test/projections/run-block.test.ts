import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { mostNumbered, RunBlock } from '../../projections/history/run-block.js';

const events = 8;
const number = fc.oneof(
  fc.integer({ min: 0, max: mostNumbered - 1 }),
  fc.constantFrom(0, 2047, 2048, mostNumbered - 1),
);
const event = fc.record({
  place: fc.nat(events - 1),
  value: fc.double({ noNaN: true }),
  series: number,
  time: number,
  back: number,
});

describe('a block of a run', () => {
  it('P3: gives back of every event what was put there last, up to the largest numbers', () => {
    fc.assert(
      fc.property(fc.array(event), (all) => {
        const block = new RunBlock(events);
        for (const { place, value, series, time, back } of all) block.set(place, value, series, time, back);
        const last = new Map(all.map((one) => [one.place, one]));
        for (const one of last.values()) {
          const { place } = one;
          const found = { value: block.value(place), series: block.series(place), time: block.time(place) };
          assert.deepEqual({ place, ...found, back: block.back(place) }, { ...one });
        }
      }),
    );
  });
});
