import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sampleOf } from '../../../projections/verify/sample.js';

describe('a sample', () => {
  it('R5: has as many as asked for, each once and in order, at least one and at most all', () => {
    const asked = fc.oneof(
      fc.record({ kind: fc.constant('count' as const), count: fc.nat(100) }),
      fc.record({ kind: fc.constant('share' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    const numbers = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
      minLength: 64,
      maxLength: 64,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), asked, numbers, (size, sample, random) => {
        const items = Array.from({ length: size }, (_, item) => item);
        const left = [...random];
        const chosen = sampleOf(items, sample, () => left.pop()!);
        const wanted = sample.kind === 'count' ? sample.count : Math.ceil(sample.share * size);
        assert.equal(chosen.length, Math.min(size, Math.max(1, wanted)));
        assert.deepEqual(
          chosen,
          [...new Set(chosen)].sort((a, b) => a - b),
        );
      }),
    );
    assert.deepEqual(sampleOf([], { kind: 'count', count: 3 }, Math.random), []);
  });
});
