import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeSegment } from '../../../domain/segment/encode.js';
import { type Segment } from '../../../domain/segment/segment.js';
import { type WrittenDictionary, WrittenDictionaries } from '../../../domain/segment/written-dictionaries.js';
import { segment } from './arbitraries.js';
import { sampleCases } from './vector-cases.js';

const { series } = sampleCases['regular']!;
const empty: WrittenDictionary = { block: new Uint8Array(0), metricAt: new Uint32Array(0), metrics: 0 };

/** How often one of these lists was written anew. */
const writings = (lists: readonly Segment['samples']['series'][]): number => {
  const dictionaries = new WrittenDictionaries();
  let count = 0;
  for (const list of lists) {
    dictionaries.get(list, () => {
      count++;
      return empty;
    });
  }
  return count;
};

describe('segment codec: dictionaries written before', () => {
  it('L4: change no byte, whichever series segments share, in which order and how many', () => {
    const shared = fc.tuple(segment(20), fc.array(fc.tuple(segment(20), fc.nat(3)), { maxLength: 6 }));
    fc.assert(
      fc.property(shared, ([first, others]) => {
        const dictionaries = new WrittenDictionaries();
        const given = others.map(([one, kind]): Segment => {
          const { samples } = one;
          if (kind === 0) return one;
          // The very series of the first segment, fewer of them, or equal ones that are others.
          const list = kind === 1 ? [...first.samples.series] : first.samples.series.map((each) => ({ ...each }));
          const of = kind === 3 ? list.slice(0, 1) : list;
          const seriesAt = samples.seriesAt.map((at) => at % Math.max(1, of.length));
          return of.length === 0 ? one : { ...one, samples: { ...samples, series: of, seriesAt } };
        });
        for (const one of [first, ...given, first, ...given])
          assert.deepEqual(encodeSegment(one, 1, dictionaries), encodeSegment(one, 1));
      }),
      { numRuns: 200 },
    );
  });

  it('are taken again for the same series in the same order, and for no others', () => {
    assert.ok(series.length > 2);
    assert.equal(writings([series, [...series], series]), 1);
    assert.equal(writings([series, series.slice(0, -1)]), 2);
    assert.equal(writings([series, [...series].reverse()]), 2);
    assert.equal(writings([series, series.map((one) => ({ ...one }))]), 2);
  });

  it('are forgotten where there are too many, and one that is too large at once', () => {
    const many = (from: number, length: number) =>
      Array.from({ length }, (_, at) => ({ ...series[0]!, gpuIndex: String(from + at) }));
    const large = many(0, 128 * 1_024 + 1);
    assert.equal(writings([large, large]), 2);
    const lists = Array.from({ length: 17 }, (_, at) => many(at, 8_192));
    assert.equal(writings([lists[0]!, ...lists.slice(0, 16)]), 16);
    assert.equal(writings([...lists, lists[0]!]), 18);
  });

  it('are those of a fleet of any size: its second append takes all of them again', () => {
    const fleet = Array.from({ length: 16 }, (_, partition) =>
      Array.from({ length: 3_125 }, (_, at) => ({ ...series[0]!, gpuIndex: `${String(partition)}-${String(at)}` })),
    );
    assert.equal(writings([...fleet, ...fleet.map((list) => [...list])]), 16);
  });
});
