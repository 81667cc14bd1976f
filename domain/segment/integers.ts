import { columnKernel } from './column-kernel.js';
import { readFirsts, writeFirsts } from './first-values.js';
import { type PartReader, type PartWriter } from './parts.js';
import { readPlanes, writePlanes } from './planes.js';

/*
 * The integers of one metric, series after series: the first of each series, then every other one as its difference to
 * the one before, its sign in the lowest bit.
 */

/** Where the values of one metric stand in the room of the column kernel. */
export interface MetricValues {
  /** The values of all metrics. */
  readonly values: number;
  /** Where among them each series of the metric begins, and where the last one ends: 32 bits each. */
  readonly starts: number;
  readonly series: number;
  readonly count: number;
}

/** Values times ten to the power of `digits`. */
export const writeIntegers = (parts: PartWriter, metric: MetricValues, digits: number): void => {
  const { values, starts, series, count } = metric;
  const { room, code } = columnKernel();
  const firsts = room.take(Math.min(series, count) * 8);
  const rest = room.take(count * 8);
  const sampled = code.integers(values, starts, series, 10 ** digits, firsts, rest);
  writeFirsts(parts, firsts, sampled);
  if (count > sampled) writePlanes(parts, rest, count - sampled);
};

/** Fills `into` with the integers divided by `divisor`. */
export const readIntegers = (parts: PartReader, into: Float64Array, starts: Uint32Array, divisor: number): void => {
  const sampled = countSampled(starts);
  const firsts = readFirsts(parts, sampled);
  const rest = into.length > sampled ? readPlanes(parts, into.length - sampled) : new Float64Array(0);
  for (let place = 0, first = 0, next = 0; place + 1 < starts.length; place++) {
    const [from, to] = [starts[place]!, starts[place + 1]!];
    if (from === to) continue;
    let integer = firsts[first++]!;
    into[from] = integer / divisor;
    for (let i = from + 1; i < to; i++) {
      const folded = rest[next++]!;
      integer += folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
      into[i] = integer / divisor;
    }
  }
};

const countSampled = (starts: Uint32Array): number => {
  let count = 0;
  for (let place = 0; place + 1 < starts.length; place++) if (starts[place] !== starts[place + 1]) count++;
  return count;
};
