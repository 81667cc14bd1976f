import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DistinctTimes } from '../../../commands/verify/distinct-times.js';
import { type Instant } from '../../../domain/instant.js';

describe('distinct times', () => {
  it('counts each time once, in any order, asked for at any moment', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -40n, max: 40n }), { maxLength: 500 }), fc.nat(500), (times, ask) => {
        const distinct = new DistinctTimes();
        times.forEach((at, number) => {
          distinct.add(at as Instant);
          if (number === ask) assert.equal(distinct.count, new Set(times.slice(0, number + 1)).size);
        });
        assert.equal(distinct.count, new Set(times).size);
      }),
    );
  });
});
