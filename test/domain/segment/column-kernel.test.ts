import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { PartWriter } from '../../../domain/segment/parts.js';
import { writeRuns } from '../../../domain/segment/runs.js';
import { type Samples } from '../../../domain/segment/segment.js';
import { type SeriesMetrics } from '../../../domain/segment/series-column.js';
import { writeValues } from '../../../domain/segment/value-column.js';
import { valueOrder } from '../../../domain/segment/value-order.js';
import { full } from '../../support/full-counts.js';
import { plainRuns, plainValues } from './plain-columns.js';

const numRuns = full ? 50_000 : 1_000;

/** What is written to the two parts of a block. */
const written = (write: (parts: PartWriter) => void): readonly Buffer[] => {
  const parts = new PartWriter();
  write(parts);
  return [Buffer.from(parts.squeezed.finish()), Buffer.from(parts.plain.finish())];
};

const sameRuns = (numbers: Float64Array | Uint32Array): void =>
  assert.deepEqual(
    written((parts) => writeRuns(parts, numbers)),
    written((parts) => plainRuns(parts, numbers)),
  );

type Column = Pick<Samples, 'values' | 'seriesAt'> & SeriesMetrics;

const sameValues = ({ values, seriesAt, metricAt, metrics }: Column): void =>
  assert.deepEqual(
    written((parts) => writeValues(parts, { values, seriesAt }, { metricAt, metrics })),
    written((parts) => plainValues(parts, values, valueOrder(seriesAt, metricAt, metrics))),
  );

const ofOneSeries = (values: Float64Array): Column => ({
  values,
  seriesAt: new Uint32Array(values.length),
  metricAt: new Uint32Array(1),
  metrics: 1,
});

const length = fc.oneof(fc.nat(8), fc.nat(100), fc.integer({ min: 200, max: 700 }));

const numbers = fc
  .tuple(length, fc.constantFrom(1, 2, 7, 300, 70_000, 2 ** 32 - 8, 2 ** 36, 2 ** 51), fc.nat(6))
  .chain(([count, bound, run]) =>
    fc
      .array(fc.tuple(fc.double({ min: 0, max: bound - 1, noNaN: true }).map(Math.floor), fc.nat(run), fc.boolean()), {
        maxLength: count,
      })
      .map((runs) =>
        runs.flatMap(([start, more, climbs]) =>
          Array.from({ length: more + 1 }, (_, i) => (climbs ? start + i : start)),
        ),
      ),
  );

/** Halves and what is next to them, at which rounding may go either way; the largest that is exact, and beyond. */
const edges = [0, 1, 2 ** 31, 2 ** 50, 2 ** 51, 2 ** 52, 2 ** 53].flatMap((whole) =>
  [-1.5, -1, -0.5, 0, 0.49999999999999994, 0.5, 1, 1.5].map((more) => whole + more),
);
const value = fc.oneof(
  fc.constantFrom(...edges, ...edges.map((edge) => -edge), -0, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 1e22),
  fc.tuple(fc.constantFrom(...edges), fc.nat(9)).map(([edge, digits]) => edge / 10 ** digits),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
/** Columns that decimals give back, ones that nearly do, and ones of anything. */
const columnValue = fc.oneof(
  fc
    .tuple(fc.nat(9), fc.nat(52))
    .map(([digits, bits]) =>
      fc.maxSafeInteger().map((integer) => Math.round(integer / 2 ** (53 - bits)) / 10 ** digits),
    ),
  fc.constant(fc.constantFrom(...edges)),
  fc.constant(value),
);

const columns: fc.Arbitrary<Column> = fc
  .tuple(length, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 4 }), columnValue)
  .chain(([count, series, metrics, one]) =>
    fc.record({
      values: fc.array(one, { minLength: count, maxLength: count }).map((list) => Float64Array.from(list)),
      seriesAt: fc
        .array(fc.nat(series - 1), { minLength: count, maxLength: count })
        .map((list) => Uint32Array.from(list)),
      metricAt: fc
        .array(fc.nat(metrics - 1), { minLength: series, maxLength: series })
        .map((list) => Uint32Array.from(list)),
      metrics: fc.constant(metrics),
    }),
  );

describe('segment codec: the loops in WebAssembly', () => {
  it('L4: write runs as plain JavaScript writes them, byte by byte', () => {
    fc.assert(
      fc.property(numbers, (given) => sameRuns(Float64Array.from(given))),
      { numRuns },
    );
  });

  it('L4: write values as plain JavaScript writes them, byte by byte', () => {
    fc.assert(fc.property(columns, sameValues), { numRuns });
  });

  it('L4: take a value for a decimal exactly where plain JavaScript does', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 2 }), (given) =>
        sameValues(ofOneSeries(Float64Array.from(given))),
      ),
      { numRuns: 10 * numRuns },
    );
  });

  it('L4: tell noise from what deflate makes smaller as plain JavaScript does', () => {
    const spread = fc
      .integer({ min: 160, max: 256 })
      .chain((bound) => fc.array(fc.nat(bound - 1), { minLength: 2_000, maxLength: 3_000 }));
    fc.assert(
      fc.property(spread, (given) => sameRuns(Uint32Array.from(given))),
      { numRuns: numRuns / 10 },
    );
  });

  it('L4: write columns of any length after one another', () => {
    for (const count of [0, 1, 100_000, 3, 500_000, 65]) {
      const values = Float64Array.from({ length: count }, (_, i) => ((i * 7919) % 1000) / 8);
      sameValues(ofOneSeries(values));
      sameRuns(values.map((one) => one * 8));
      sameValues(ofOneSeries(values.map((one) => one / 3)));
    }
  });

  it('refuse a value that is not finite, and say which', () => {
    for (const odd of [NaN, Infinity, -Infinity]) {
      const { values, ...column } = ofOneSeries(Float64Array.of(1, odd, 2));
      const write = () => writeValues(new PartWriter(), { values, seriesAt: column.seriesAt }, column);
      assert.throws(write, new RangeError(`the value ${String(odd)} is not a finite number`));
    }
  });

  it('say what to do where there is no WebAssembly', () => {
    const module = new URL('../../../domain/segment/column-kernel.js', import.meta.url).href;
    const program = `import(${JSON.stringify(module)}).then(({ columnKernel }) => columnKernel())`;
    const { status, stderr } = spawnSync(process.execPath, ['--jitless', '-e', program], { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /WebAssembly is missing or refused here.*--jitless/);
  });
});
