import assert from 'node:assert/strict';
import fc from 'fast-check';
import { map, right } from 'fp-ts/lib/Either.js';
import { decodeSamples, decodeSegment, decodeSegmentHeader } from '../../../domain/segment/decode.js';
import { encodeSamples, encodeSegment } from '../../../domain/segment/encode.js';
import { type Samples } from '../../../domain/segment/segment.js';
import { samples, segment } from './arbitraries.js';
import { plainSamples, plainSegment } from './plain-series.js';
import { full } from '../../support/full-counts.js';

const numRuns = full ? 20_000 : 160;

const decodedSamples = (bytes: Uint8Array) => map(plainSamples)(decodeSamples(bytes));

describe('segment codec: what goes in comes out', () => {
  it('L4: gives back any segment, every text and every double of it', () => {
    fc.assert(
      fc.property(segment(60), (given) => {
        const bytes = encodeSegment(given);
        assert.deepEqual(map(plainSegment)(decodeSegment(bytes)), right(given));
        assert.deepEqual(decodeSegmentHeader(bytes), right(given.header));
      }),
      { numRuns },
    );
  });

  it('L4: gives back samples alone', () => {
    fc.assert(
      fc.property(samples(200), (given) => assert.deepEqual(decodedSamples(encodeSamples(given)), right(given))),
      { numRuns },
    );
  });

  it('P3: the same samples give the same bytes, whatever memory they lie in', () => {
    fc.assert(
      fc.property(samples(60), (given) => {
        const copy: Samples = {
          series: given.series.map((one) => ({ ...one, extra: one.extra.map(([name, text]) => [name, text]) })),
          times: given.times.map((time) => ({ ...time })),
          seriesAt: Uint32Array.from([7, ...given.seriesAt]).subarray(1),
          timeAt: Uint32Array.from([7, ...given.timeAt]).subarray(1),
          values: Float64Array.from([7, ...given.values]).subarray(1),
          texts: new Map([...given.texts].reverse()),
        };
        assert.deepEqual(encodeSamples(copy), encodeSamples(given));
      }),
      { numRuns: numRuns / 4 },
    );
  });

  it('reads bytes that lie anywhere in a larger buffer', () => {
    fc.assert(
      fc.property(samples(60), fc.nat(9), (given, before) => {
        const bytes = encodeSamples(given);
        const larger = new Uint8Array(bytes.length + before + 3).fill(0xff);
        larger.set(bytes, before);
        assert.deepEqual(decodedSamples(larger.subarray(before, before + bytes.length)), right(given));
      }),
      { numRuns: numRuns / 4 },
    );
  });

  it('a large one: more events than any column width, from one series and from many', () => {
    for (const many of [1, 300, 70_000]) {
      const events = 100_000;
      const [one] = fc.sample(
        samples(1).filter(({ series, times }) => series.length > 0 && times.length > 0),
        { numRuns: 1, seed: 1 },
      );
      const given: Samples = {
        series: Array.from({ length: many }, (_, i) => ({ ...one!.series[0]!, gpuIndex: String(i) })),
        times: one!.times,
        seriesAt: Uint32Array.from({ length: events }, (_, i) => (i * 7919) % many),
        timeAt: new Uint32Array(events),
        values: Float64Array.from({ length: events }, (_, i) => (i % 3 === 0 ? i * 1e6 : i / 1000)),
        texts: new Map(Array.from({ length: events / 10 }, (_, i) => [i * 10, `${i}.0`])),
      };
      assert.deepEqual(decodedSamples(encodeSamples(given)), right(given));
    }
  });
});
