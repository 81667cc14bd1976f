import fc from 'fast-check';
import { type ClusterId, type GpuUuid, type Hostname, type MetricName, type SourceId } from '../../../domain/ids.js';
import { formatInstant, type Instant } from '../../../domain/instant.js';
import { type Revision } from '../../../domain/revision.js';
import { type ObservedTime, type Samples, type Segment, type Series } from '../../../domain/segment/segment.js';

/*
 * Anything the codec can be given, from the usual to the absurd.
 */

/** Records as object literals make them, so that they equal decoded ones strictly. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true });

/** Any UTF-16 at all: quotes, newlines, control characters, unpaired surrogates, the empty text. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom('', '"', '\n', '\u0000', '\u0001', '\u0000\u0004x', '="', '\ud800', '=f3'),
);

const usualUuid = fc.uuid().map((uuid) => `GPU-${uuid}`);
const uuid = fc.oneof(
  usualUuid,
  fc.constantFrom('GPU-7d250411-9142-5c79-06b5-01c4de808d62', 'GPU-0'),
  fc.uuid(),
  anyText,
);
const metric = fc.oneof(fc.constantFrom('DCGM_FI_DEV_GPU_UTIL', 'DCGM_FI_DEV_POWER_USAGE', 'X'), anyText);
const hostname = fc.oneof(fc.constantFrom('host-1', 'host-10', 'a'), anyText);
const index = fc.oneof(fc.nat(9).map(String), anyText);

const usualLabels = (series: Omit<Series, 'labels'>): string =>
  `Hostname="${series.hostname}",UUID="${series.uuid}",__name__="${series.metric}",device="${series.device}",` +
  `gpu="${series.gpuIndex}",instance="${series.hostname}:9400",pod="${series.pod}",modelName="${series.modelName}"`;

const series: fc.Arbitrary<Series> = record({
  metric: metric as fc.Arbitrary<MetricName>,
  gpuIndex: index,
  device: fc.oneof(
    index.map((text) => `nvidia${text}`),
    anyText,
  ),
  uuid: uuid as fc.Arbitrary<GpuUuid>,
  modelName: fc.oneof(fc.constant('NVIDIA H100 80GB HBM3'), anyText),
  hostname: hostname as fc.Arbitrary<Hostname>,
  container: anyText,
  pod: anyText,
  namespace: anyText,
  extra: fc.array(fc.tuple(anyText, anyText), { maxLength: 3 }),
  labels: fc.option(anyText),
}).map((one) => ({ ...one, labels: one.labels ?? usualLabels(one) }));

const mostNanos = 8_639_000_000_000_000_000_000n;
const instant = fc.oneof(
  fc.nat(3_000_000_000).map((seconds) => BigInt(seconds) * 1_000_000_000n),
  fc.integer({ min: 0, max: 2 ** 42 }).map((millis) => BigInt(millis) * 1_000_000n),
  fc.bigInt({ min: 0n, max: 2n ** 63n }),
  fc.bigInt({ min: -mostNanos, max: mostNanos }),
) as fc.Arbitrary<Instant>;

const written = (at: Instant): fc.Arbitrary<string> => {
  const whole = formatInstant(at).replace(/(\.\d+)?Z$/, '');
  return fc.constantFrom(`${whole}.000Z`, `${whole}+00:00`, whole.replace('T', ' '), `${whole}z`, formatInstant(at));
};

export const observedTime: fc.Arbitrary<ObservedTime> = instant.chain((at) =>
  record({ at: fc.constant(at), text: fc.option(fc.oneof(written(at), anyText), { nil: undefined }) }),
);

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const value = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.integer({ min: -700_000, max: 700_000 }).map((milli) => milli / 1000),
  fc.maxSafeInteger(),
  finite,
  fc.constantFrom(0, -0, 0.1 + 0.2, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 51, 2 ** 53, 1e21, 1e-7, 0.5),
);
/** Values of a whole column mostly look alike; a column of anything is one of the choices. */
const column = fc.constantFrom(
  fc.constant(2619),
  fc.integer({ min: 0, max: 100 }),
  fc.integer({ min: 60_000, max: 700_000 }).map((milli) => milli / 1000),
  finite,
  value,
);

const textOfValue = (of: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.nat(20).map((digits) => of.toFixed(digits)),
    fc.constant(of.toExponential()),
    anyText,
  );

const order = (events: number, bound: number): fc.Arbitrary<Uint32Array> => {
  if (bound === 0) return fc.constant(new Uint32Array(0));
  const some = (make: (i: number) => number): Uint32Array => Uint32Array.from({ length: events }, (_, i) => make(i));
  return fc.oneof(
    fc.constant(some((i) => i % bound)),
    fc.nat(bound - 1).map((number) => some(() => number)),
    fc.integer({ min: 1, max: 7 }).map((run) => some((i) => Math.floor(i / run) % bound)),
    fc.array(fc.nat(bound - 1), { minLength: events, maxLength: events }).map((numbers) => Uint32Array.from(numbers)),
  );
};

export const samples = (mostEvents: number): fc.Arbitrary<Samples> =>
  fc
    .tuple(fc.array(series, { maxLength: 12 }), fc.array(observedTime, { maxLength: 8 }), fc.nat(mostEvents), column)
    .chain(([dictionary, times, wanted, values]) => {
      const events = dictionary.length === 0 || times.length === 0 ? 0 : wanted;
      return record({
        series: fc.constant(dictionary),
        times: fc.constant(times),
        seriesAt: order(events, dictionary.length),
        timeAt: order(events, times.length),
        values: fc.array(values, { minLength: events, maxLength: events }).map((list) => Float64Array.from(list)),
      }).chain((columns) => texts(columns.values).map((given) => ({ ...columns, texts: given })));
    });

/** Texts of no values, of a few, or of all. */
const texts = (values: Float64Array): fc.Arbitrary<ReadonlyMap<number, string>> => {
  if (values.length === 0) return fc.constant(new Map<number, string>());
  const few = fc.array(
    fc.nat(values.length - 1).chain((i) => textOfValue(values[i]!).map((text) => [i, text] as const)),
    { maxLength: 4 },
  );
  const all = fc.nat(6).map((digits) => Array.from(values, (one, i) => [i, one.toFixed(digits)] as const));
  return fc.oneof(fc.constant([]), few, all).map((pairs) => new Map(pairs));
};

const count = fc.oneof(fc.nat(1000), fc.maxSafeInteger().map(Math.abs));
const hex = fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: 32, maxLength: 32 });

export const segment = (mostEvents: number): fc.Arbitrary<Segment> =>
  record({
    samples: samples(mostEvents),
    cluster: anyText as fc.Arbitrary<ClusterId>,
    source: hex.map((digits) => digits.join('')) as fc.Arbitrary<SourceId>,
    claim: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }) as fc.Arbitrary<Revision>,
    batch: count,
    part: count,
    parts: count,
    from: fc.nat(2 ** 31 - 1),
    covered: fc.nat(2 ** 31 - 1),
    pass: count,
    appendedAt: instant,
    columns: fc.array(anyText, { maxLength: 5 }),
  }).map(({ samples: held, covered, ...header }) => ({
    header: { ...header, to: header.from + covered, events: held.values.length },
    samples: held,
  }));
