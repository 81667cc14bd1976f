import { readFirsts, writeFirsts } from './first-values.js';
import { type PartReader, type PartWriter } from './parts.js';
import { readPlanes, writePlanes } from './planes.js';

/*
 * The integers of one metric, series after series: the first of each series, then every other one as its difference to
 * the one before, its sign in the lowest bit.
 */

export const writeIntegers = (parts: PartWriter, integers: Float64Array, starts: Uint32Array): void => {
  const firsts = firstsOf(integers, starts);
  writeFirsts(parts, firsts);
  const rest = differences(integers, starts, firsts.length);
  if (rest.length > 0) writePlanes(parts, rest);
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

const firstsOf = (integers: Float64Array, starts: Uint32Array): Float64Array => {
  const firsts = new Float64Array(countSampled(starts));
  for (let place = 0, next = 0; place + 1 < starts.length; place++)
    if (starts[place] !== starts[place + 1]) firsts[next++] = integers[starts[place]!]!;
  return firsts;
};

const differences = (integers: Float64Array, starts: Uint32Array, series: number): Float64Array => {
  const rest = new Float64Array(integers.length - series);
  for (let place = 0, next = 0; place + 1 < starts.length; place++) {
    for (let i = starts[place]! + 1; i < starts[place + 1]!; i++) {
      const difference = integers[i]! - integers[i - 1]!;
      rest[next++] = difference < 0 ? -2 * difference - 1 : 2 * difference;
    }
  }
  return rest;
};
