import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isRight, map, right } from 'fp-ts/lib/Either.js';
import { type MetricName } from '../../../domain/ids.js';
import { decodeSamples } from '../../../domain/segment/decode.js';
import { DecodedSeries } from '../../../domain/segment/decoded-series.js';
import { DictionaryCache } from '../../../domain/segment/dictionary-cache.js';
import { encodeSamples } from '../../../domain/segment/encode.js';
import { type Samples } from '../../../domain/segment/segment.js';
import { samples } from './arbitraries.js';
import { plainSamples } from './plain-series.js';
import { sampleCases } from './vector-cases.js';

const seriesOf = (bytes: Uint8Array, cache: DictionaryCache): Samples['series'] => {
  const result = decodeSamples(bytes, cache);
  assert.ok(isRight(result));
  return result.right.series;
};

describe('segment codec: known dictionaries', () => {
  const regular = sampleCases['regular']!;

  it('gives segments of one dictionary the same series objects, whatever their events', () => {
    const cache = new DictionaryCache(100);
    const later = { ...regular, values: regular.values.map((value) => value + 1) };
    assert.equal(seriesOf(encodeSamples(regular), cache), seriesOf(encodeSamples(later), cache));
  });

  it('gives dictionaries that name the same series in another order the same objects, and counts them once', () => {
    const cache = new DictionaryCache(100);
    const turned = {
      ...regular,
      series: [...regular.series].reverse(),
      seriesAt: regular.seriesAt.map((s) => regular.series.length - 1 - s),
    };
    const [first, second] = [seriesOf(encodeSamples(regular), cache), seriesOf(encodeSamples(turned), cache)];
    assert.notEqual(first, second);
    assert.deepEqual(new Set(second), new Set(first));
    assert.ok(second.every((series) => first.includes(series)));
    assert.equal(cache.series, first.length);
  });

  it('gives dictionaries that name other metrics of a GPU one subject', () => {
    const cache = new DictionaryCache(100);
    const subjects = (prefix: string) => {
      const series = regular.series.map((one) => ({ ...one, metric: `${prefix}${one.metric}` as MetricName }));
      return seriesOf(encodeSamples({ ...regular, series }), cache).map((one) => {
        assert.ok(one instanceof DecodedSeries);
        return one.subject;
      });
    };
    const [first, second] = [subjects('A_'), subjects('B_')];
    assert.equal(cache.series, first.length * 2);
    assert.deepEqual(new Set(second), new Set(first));
    assert.ok(second.every((subject) => first.includes(subject)));
  });

  it('holds no series that only a forgotten dictionary named', () => {
    const cache = new DictionaryCache(regular.series.length);
    const renamed = { ...regular, series: regular.series.map((one) => ({ ...one, modelName: 'another' })) };
    const first = seriesOf(encodeSamples(regular), cache);
    seriesOf(encodeSamples(renamed), cache);
    assert.equal(cache.series, regular.series.length);
    assert.ok(seriesOf(encodeSamples(regular), cache).every((series) => !first.includes(series)));
  });

  it('gives what the bytes say, with any cache and in any order', () => {
    fc.assert(
      fc.property(fc.array(samples(10), { maxLength: 6 }), fc.nat(20), (given, most) => {
        const cache = new DictionaryCache(most);
        for (const one of [...given, ...given].reverse())
          assert.deepEqual(map(plainSamples)(decodeSamples(encodeSamples(one), cache)), right(one));
      }),
      { numRuns: 100 },
    );
  });

  it('forgets the least recently used when it holds too many series', () => {
    const cache = new DictionaryCache(regular.series.length * 2);
    const named = (model: string): Uint8Array =>
      encodeSamples({ ...regular, series: regular.series.map((one) => ({ ...one, modelName: model })) });
    const [a, b, c] = [named('a'), named('b'), named('c')];
    const [first, second] = [seriesOf(a, cache), seriesOf(b, cache)];
    assert.equal(seriesOf(a, cache), first);
    seriesOf(c, cache);
    assert.equal(seriesOf(a, cache), first);
    assert.notEqual(seriesOf(b, cache), second);
  });
});
