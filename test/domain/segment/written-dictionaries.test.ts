import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeSegment, segmentEncoder } from '../../../domain/segment/encode.js';
import { type NumberedSeries, type Segment, type Series, type SeriesNames } from '../../../domain/segment/segment.js';
import { createSubject, subjectOf } from '../../../domain/segment/subject.js';
import { type WrittenDictionary, WrittenDictionaries } from '../../../domain/segment/written-dictionaries.js';
import { segment } from './arbitraries.js';
import { picking } from './numbered-series.js';
import { sampleCases } from './vector-cases.js';

const { series } = sampleCases['regular']!;
const empty: WrittenDictionary = { block: new Uint8Array(0), metricAt: new Uint32Array(0), metrics: 0 };

/** How often one of these was written anew. */
const writings = (all: readonly (NumberedSeries | undefined)[]): number => {
  const dictionaries = new WrittenDictionaries();
  let count = 0;
  for (const one of all) {
    dictionaries.get(one, () => {
      count++;
      return empty;
    });
  }
  return count;
};

/** So many series of a list, from a place on, of which nothing is looked at. */
const many = (list: SeriesNames, from: number, length: number): NumberedSeries => {
  const numbers = Uint32Array.from({ length }, (_, at) => from + at);
  return { list, numbers, metricAt: numbers, subjectAt: numbers };
};
const names: SeriesNames = { metrics: [], subjects: [] };

describe('segment codec: dictionaries written before', () => {
  it('L4: change no byte, and nor do numbers of series, whichever series segments share, in which order and how many', () => {
    const shared = fc.tuple(segment(20), fc.array(fc.tuple(segment(20), fc.nat(3)), { maxLength: 6 }), fc.boolean());
    fc.assert(
      fc.property(shared, ([first, others, isSubjectOwn]) => {
        const list = [first, ...others.map(([one]) => one)].flatMap(({ samples }) => samples.series);
        // Equal subjects are mostly the same object; a reader may keep two of them.
        const own = new Map(list.map((series) => [series, createSubject(series)]));
        const subjectsOf = (series: Series) => (isSubjectOwn ? own.get(series)! : subjectOf(series));
        const pick = picking(list, subjectsOf);
        const dictionaries = new WrittenDictionaries();
        const given = [first, ...others.map(([one]) => one)].flatMap(({ header, samples }, at): Segment[] => {
          const kind = at === 0 ? 0 : others[at - 1]![1];
          // Its own series, those of the first segment, one of these, or all there are.
          const some = [samples.series, first.samples.series, first.samples.series.slice(0, 1), list][kind]!;
          const seriesAt = samples.seriesAt.map((number) => number % Math.max(1, some.length));
          if (some.length === 0) return [];
          const numbered = pick(some.map((one) => list.indexOf(one)));
          return [{ header, samples: { ...samples, series: some, seriesAt, numbered } }];
        });
        for (const one of [...given, ...given]) {
          const plain = { ...one, samples: { ...one.samples, numbered: undefined } };
          assert.deepEqual(segmentEncoder(undefined, dictionaries)(one.samples)(one.header), encodeSegment(plain));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are taken again for the same series of a list in the same order, and for no others', () => {
    assert.ok(series.length > 2);
    const places = [...series.keys()];
    const [pick, other] = [picking(series, subjectOf), picking(series, subjectOf)];
    assert.equal(writings([pick(places), pick(places), pick([...places])]), 1);
    assert.equal(writings([pick(places), pick(places.slice(0, -1))]), 2);
    assert.equal(writings([pick(places), pick([...places].reverse())]), 2);
    assert.equal(writings([pick(places), other(places)]), 2);
    assert.equal(writings([undefined, undefined]), 2);
  });

  it('are forgotten where there are too many, and one that is too large at once', () => {
    const large = many(names, 0, 128 * 1_024 + 1);
    assert.equal(writings([large, large]), 2);
    const some = Array.from({ length: 17 }, (_, at) => many(names, at, 8_192));
    assert.equal(writings([some[0]!, ...some.slice(0, 16)]), 16);
    assert.equal(writings([...some, some[0]!]), 18);
  });

  it('are those of a fleet of any size: its second append takes all of them again', () => {
    const fleet = () => Array.from({ length: 16 }, (_, partition) => many(names, partition * 3_125, 3_125));
    assert.equal(writings([...fleet(), ...fleet()]), 16);
  });
});
