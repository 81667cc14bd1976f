import { columnKernel } from './column-kernel.js';
import { Damaged } from './damaged.js';
import { readDoubles, writeDoubles } from './doubles.js';
import { readIntegers, writeIntegers } from './integers.js';
import { type PartReader, type PartWriter } from './parts.js';
import { type Samples } from './segment.js';
import { type SeriesMetrics } from './series-column.js';
import { mostDigits } from './value-code.js';
import { type ValueOrder } from './value-order.js';

const doubles = mostDigits + 1;

type Values = Pick<Samples, 'values' | 'seriesAt'>;

/** Values metric by metric, each in the way that its numbers allow: as decimals, or bit by bit. */
export const writeValues = (parts: PartWriter, samples: Values, dictionary: SeriesMetrics): void => {
  const { values, starts, metricStarts, metrics } = sortValues(samples, dictionary);
  const { room, code } = columnKernel();
  const numberAt = (table: number, entry: number): number => room.ints[table / 4 + entry]!;
  for (let metric = 0; metric < metrics; metric++) {
    const first = numberAt(metricStarts, metric);
    const series = numberAt(metricStarts, metric + 1) - first;
    const from = numberAt(starts, first);
    const count = numberAt(starts, first + series) - from;
    if (count === 0) continue;
    const at = values + from * 8;
    const digits = code.digits(at, at + count * 8);
    parts.squeezed.byte(digits);
    if (digits === doubles) writeDoubles(parts, at, count);
    else writeIntegers(parts, { values, starts: starts + first * 4, series, count }, digits);
  }
};

/** Where values stand in the room of the column kernel, as {@link ValueOrder} has them. */
interface SortedValues {
  readonly values: number;
  readonly starts: number;
  readonly metricStarts: number;
  readonly metrics: number;
}

const sortValues = ({ values, seriesAt }: Values, { metricAt, metrics }: SeriesMetrics): SortedValues => {
  const { room, code } = columnKernel();
  const [events, series] = [values.length, metricAt.length];
  room.clear();
  const sorted = room.take(events * 8);
  const unsorted = room.take(events * 8);
  const slots = room.take(events * 4);
  const places = room.take(series * 4);
  const metricStarts = room.takeZeros((metrics + 2) * 4);
  const starts = room.takeZeros((series + 2) * 4);
  room.doubles.set(values, unsorted / 8);
  room.ints.set(seriesAt, slots / 4);
  room.ints.set(metricAt, places / 4);
  code.order(places, series, metricStarts, metrics);
  code.through(slots, events, places);
  code.order(slots, events, starts, series);
  code.scatter(unsorted, events, slots, sorted);
  return { values: sorted, starts, metricStarts, metrics };
};

export const readValues = (parts: PartReader, order: ValueOrder): Float64Array => {
  const sorted = new Float64Array(order.slots.length);
  eachMetric(order, (from, to, starts) => {
    const kind = parts.squeezed.byte();
    const ofMetric = sorted.subarray(from, to);
    if (kind > doubles) throw new Damaged(`values of unknown kind ${kind}`);
    if (kind === doubles) readDoubles(parts, ofMetric);
    else readIntegers(parts, ofMetric, starts, 10 ** kind);
  });
  const values = new Float64Array(sorted.length);
  for (let i = 0; i < values.length; i++) values[i] = sorted[order.slots[i]!]!;
  return values;
};

/** Each metric that has values: where they stand, and where in them each series begins (and the end). */
const eachMetric = (order: ValueOrder, then: (from: number, to: number, starts: Uint32Array) => void): void => {
  const { starts, metricStarts } = order;
  for (let metric = 0; metric + 1 < metricStarts.length; metric++) {
    const places = starts.subarray(metricStarts[metric], metricStarts[metric + 1]! + 1);
    const from = places[0]!;
    const to = places[places.length - 1]!;
    if (from === to) continue;
    then(
      from,
      to,
      places.map((start) => start - from),
    );
  }
};
