import { type Instant } from '../instant.js';
import { type ByteReader } from './byte-reader.js';
import { type ByteWriter } from './byte-writer.js';
import { Damaged } from './damaged.js';
import { mostMillis, mostTimes, refuseAbove } from './limits.js';
import { type PartReader, type PartWriter } from './parts.js';
import { readRuns, writeRuns } from './runs.js';
import { type ObservedTime } from './segment.js';
import { type StringTable } from './strings.js';
import { layoutOf, writeTime } from './time-layout.js';

/** Nanoseconds in the units of a time, coarsest first: a second, a millisecond, a microsecond, a nanosecond. */
const units = [1_000_000_000n, 1_000_000n, 1_000n, 1n] as const;
const furthest = mostMillis * 1_000_000n;

/** The times of a body: differences in the coarsest unit that all of them are whole numbers of, and their layouts. */
export const planTimes = (times: readonly ObservedTime[], strings: StringTable): ((parts: PartWriter) => void) => {
  refuseAbove(times.length, mostTimes, 'times');
  const layouts = Uint32Array.from(times, ({ at, text }) => strings.numberOf(layoutOf(at, text)));
  return (parts) => {
    parts.squeezed.varint(times.length);
    writeInstants(
      parts.squeezed,
      times.map(({ at }) => at),
    );
    writeRuns(parts, layouts);
  };
};

export const readTimes = (parts: PartReader, strings: readonly string[]): readonly ObservedTime[] => {
  const count = parts.squeezed.count(Math.min(mostTimes, parts.squeezed.remaining), 'times');
  const instants = readInstants(parts.squeezed, count);
  const layouts = readRuns(parts, new Uint32Array(count), strings.length);
  return instants.map((at, i) => {
    const text = writeTime(at, strings[layouts[i]!]!);
    if (text === null) throw new Damaged('a time of unknown layout');
    return { at, text };
  });
};

/** A unit by its number, then differences, the first one to 1970. */
export const writeInstants = (out: ByteWriter, instants: readonly Instant[]): void => {
  for (const at of instants)
    if (at > furthest || at < -furthest) throw new RangeError(`${at} ns from 1970 is outside of the calendar`);
  const unit = units.findIndex((size) => instants.every((at) => at % size === 0n));
  out.byte(unit);
  let before = 0n;
  for (const at of instants) {
    out.bigZigzag((at - before) / units[unit]!);
    before = at;
  }
};

export const readInstants = (input: ByteReader, count: number): readonly Instant[] => {
  const unit = units[input.byte()];
  if (unit === undefined) throw new Damaged('times of an unknown unit');
  let at = 0n;
  return Array.from({ length: count }, () => {
    at += input.bigZigzag() * unit;
    if (at > furthest || at < -furthest) throw new Damaged('a time outside of the calendar');
    return at as Instant;
  });
};
