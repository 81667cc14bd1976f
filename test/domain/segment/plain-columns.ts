import { type ByteWriter } from '../../../domain/segment/byte-writer.js';
import { type PartWriter } from '../../../domain/segment/parts.js';
import { type ValueOrder } from '../../../domain/segment/value-order.js';

/*
 * The columns of a segment as plain JavaScript writes them: what the kernel in WebAssembly is compared to, byte by byte.
 */

type Numbers = Float64Array | Uint32Array;

// Runs.

/** Runs shorter than this on average cost more than the numbers themselves. */
const worthwhile = 3;

const planesFollow = 0;

export const plainRuns = (parts: PartWriter, numbers: Numbers): void => {
  if (numbers.length === 0) return;
  const worth = countRuns(numbers) <= numbers.length / worthwhile + 2;
  parts.squeezed.varint(worth ? numbers[0]! + 1 : planesFollow);
  if (worth) putRuns(parts.squeezed, numbers);
  else writePlanes(parts, numbers);
};

/** Calls back with each run: the longer one of the level and the climbing run that begin there. */
const eachRun = (numbers: Numbers, then: (start: number, length: number, climbing: boolean) => void): void => {
  for (let i = 0; i < numbers.length;) {
    const start = numbers[i]!;
    let level = 1;
    while (i + level < numbers.length && numbers[i + level] === start) level++;
    let climb = 1;
    while (i + climb < numbers.length && numbers[i + climb] === start + climb) climb++;
    then(start, Math.max(level, climb), climb > level);
    i += Math.max(level, climb);
  }
};

const countRuns = (numbers: Numbers): number => {
  let count = 0;
  eachRun(numbers, () => count++);
  return count;
};

/** A run starts, most often, one above where the last one ended. */
const putRuns = (out: ByteWriter, numbers: Numbers): void => {
  let expected = -1;
  eachRun(numbers, (start, length, climbing) => {
    if (expected >= 0) out.zigzag(start - expected);
    out.varint((length - 1) * 2 + (climbing ? 1 : 0));
    expected = (climbing ? start + length - 1 : start) + 1;
  });
};

// Planes.

const high = 2 ** 32;

const writePlanes = (parts: PartWriter, numbers: Float64Array | Uint32Array): void => {
  const planes = Array.from({ length: widthOf(numbers) }, (_, plane) => planeOf(numbers, plane));
  const noisy = planes.map(isNoise);
  const mask = noisy.reduce((bits, noise, plane) => bits + (noise ? 2 ** plane : 0), 0);
  parts.squeezed.varint(planes.length + 8 * mask);
  for (const [plane, bytes] of planes.entries()) (noisy[plane] ? parts.plain : parts.squeezed).raw(bytes);
};

const widthOf = (numbers: Float64Array | Uint32Array): number => {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! > most) most = numbers[i]!;
  let width = 0;
  for (; most >= 1; most = Math.floor(most / 256)) width++;
  return width;
};

const planeOf = (numbers: Float64Array | Uint32Array, plane: number): Uint8Array => {
  const bytes = new Uint8Array(numbers.length);
  const shift = (plane % 4) * 8;
  if (plane < 4) for (let i = 0; i < bytes.length; i++) bytes[i] = numbers[i]! >>> shift;
  else for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(numbers[i]! / high) >>> shift;
  return bytes;
};

/** True for bytes that no entropy coder makes much smaller, judged by how often each value occurs. */
const isNoise = (bytes: Uint8Array): boolean => {
  if (bytes.length < 64) return false;
  const counts = new Uint32Array(256);
  for (let i = 0; i < bytes.length; i++) counts[bytes[i]!]!++;
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= count * Math.log2(count / bytes.length);
  return bits > 7.5 * bytes.length;
};

// Values.

/** Values are integers divided by ten to this power, at most. */
const mostDigits = 9;
/** Integers stay below this, so that the difference of two, twice over, is still exact. */
const largest = 2 ** 51;

/**
 * The fewest digits after the point with which every value is exactly an integer divided by a power of ten, as
 * measurements printed in decimals are; undefined when there is no such number (or a value is -0).
 */
const digitsOf = (values: Float64Array): number | undefined => {
  let digits = 0;
  let factor = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    while (Math.round(value * factor) / factor !== value) {
      if (++digits > mostDigits) return undefined;
      factor = 10 ** digits;
    }
  }
  return fits(values, factor) ? digits : undefined;
};

/** More digits than a value needs must give it back as well, which only fails for large ones. */
const fits = (values: Float64Array, factor: number): boolean => {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const integer = Math.round(value * factor);
    if (integer / factor !== value || integer >= largest || integer <= -largest) return false;
    if (value === 0 && Object.is(value, -0)) return false;
  }
  return true;
};

const toIntegers = (values: Float64Array, digits: number): Float64Array => {
  const factor = 10 ** digits;
  const integers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) integers[i] = Math.round(values[i]! * factor);
  return integers;
};

const writeIntegers = (parts: PartWriter, integers: Float64Array, starts: Uint32Array): void => {
  const firsts = firstsOf(integers, starts);
  writeFirsts(parts, firsts);
  const rest = differences(integers, starts, firsts.length);
  if (rest.length > 0) writePlanes(parts, rest);
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

/** Added to the width when zeros take one bit and only the others take their width. */
const sparse = 64;

const writeFirsts = (parts: PartWriter, firsts: Float64Array): void => {
  let least = Infinity;
  for (let i = 0; i < firsts.length; i++) if (firsts[i]! < least) least = firsts[i]!;
  const above = firsts.map((first) => first - least);
  const others = above.filter((number) => number > 0);
  const width = bitsFor(others);
  const isSparse = above.length + others.length * width < above.length * width;
  parts.squeezed.zigzag(least);
  parts.squeezed.byte(width + (isSparse ? sparse : 0));
  if (isSparse) {
    const present = above.map((number) => (number > 0 ? 1 : 0));
    writeBits(parts.plain, present, 1);
  }
  writeBits(parts.plain, isSparse ? others : above, width);
};

/** Numbers one behind the other, each in so many bits, the lowest first. */
export const writeBits = (out: ByteWriter, numbers: Float64Array, width: number): void => {
  const bytes = out.room(Math.ceil((numbers.length * width) / 8));
  let [held, holding, at] = [0, 0, 0];
  for (let i = 0; i < numbers.length; i++) {
    let rest = numbers[i]!;
    for (let left = width; left > 0;) {
      const take = Math.min(left, 8 - holding);
      held |= (rest % 2 ** take) << holding;
      rest = Math.floor(rest / 2 ** take);
      left -= take;
      holding += take;
      if (holding < 8) continue;
      bytes[at++] = held;
      [held, holding] = [0, 0];
    }
  }
  if (holding > 0) bytes[at] = held;
};

/** Bits that the largest of these numbers needs. */
const bitsFor = (numbers: Float64Array): number => {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! > most) most = numbers[i]!;
  let width = 0;
  for (; most >= 1; most = Math.floor(most / 2)) width++;
  return width;
};

const size = 8;

const writeDoubles = ({ squeezed }: PartWriter, values: Float64Array): void => {
  const planes = squeezed.room(values.length * size);
  const now = new DataView(new ArrayBuffer(size));
  const before = new Uint8Array(size);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new RangeError(`the value ${values[i]} is not a finite number`);
    now.setFloat64(0, values[i]!, true);
    for (let plane = 0; plane < size; plane++) {
      const byte = now.getUint8(plane);
      planes[plane * values.length + i] = byte ^ before[plane]!;
      before[plane] = byte;
    }
  }
};

const doubles = mostDigits + 1;

export const plainValues = (parts: PartWriter, values: Float64Array, order: ValueOrder): void => {
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
