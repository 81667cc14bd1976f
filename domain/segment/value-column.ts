import { Damaged } from './damaged.js';
import { digitsOf, mostDigits, toIntegers } from './decimal.js';
import { readDoubles, writeDoubles } from './doubles.js';
import { readIntegers, writeIntegers } from './integers.js';
import { type PartReader, type PartWriter } from './parts.js';
import { type ValueOrder } from './value-order.js';

const doubles = mostDigits + 1;

/** Values metric by metric, each in the way that its numbers allow: as decimals, or bit by bit. */
export const writeValues = (parts: PartWriter, values: Float64Array, order: ValueOrder): void => {
  const sorted = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) sorted[order.slots[i]!] = values[i]!;
  eachMetric(order, (from, to, starts) => {
    const ofMetric = sorted.subarray(from, to);
    const digits = digitsOf(ofMetric);
    parts.squeezed.byte(digits ?? doubles);
    if (digits === undefined) writeDoubles(parts, ofMetric);
    else writeIntegers(parts, toIntegers(ofMetric, digits), starts);
  });
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
