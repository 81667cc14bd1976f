import { type ByteReader } from './byte-reader.js';
import { type ByteWriter } from './byte-writer.js';
import { Damaged } from './damaged.js';
import { readPlanes, writePlanes } from './planes.js';
import { type PartReader, type PartWriter } from './parts.js';

/** Runs shorter than this on average cost more than the numbers themselves. */
const worthwhile = 3;
/** Stands where a column of runs has its first start plus one. */
const planesFollow = 0;

type Numbers = Float64Array | Uint32Array;

/**
 * Numbers that mostly stay or go up by one, such as the series of a regular export (0, 1, 2, …, 0, 1, 2, …): stored
 * as runs, each level or climbing. Where they do not, stored as byte planes. The reader knows how many there are.
 */
export const writeRuns = (parts: PartWriter, numbers: Numbers): void => {
  if (numbers.length === 0) return;
  const worth = countRuns(numbers) <= numbers.length / worthwhile + 2;
  parts.squeezed.varint(worth ? numbers[0]! + 1 : planesFollow);
  if (worth) putRuns(parts.squeezed, numbers);
  else writePlanes(parts, numbers);
};

/** Fills `into` with numbers below `bound`. */
export const readRuns = <T extends Numbers>(parts: PartReader, into: T, bound: number): T => {
  if (into.length === 0) return into;
  const head = parts.squeezed.varint();
  if (head === planesFollow) fillPlanes(parts, into, bound);
  else fillRuns(parts.squeezed, into, head - 1, bound);
  return into;
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

const fillRuns = (input: ByteReader, into: Numbers, first: number, bound: number): void => {
  let start = first;
  for (let i = 0; i < into.length;) {
    const head = input.varint();
    const length = Math.floor(head / 2) + 1;
    const last = head % 2 === 1 ? start + length - 1 : start;
    if (start < 0 || last >= bound || length > into.length - i) throw new Damaged('a run leaves its column');
    if (last === start) into.fill(start, i, i + length);
    else for (let j = 0; j < length; j++) into[i + j] = start + j;
    i += length;
    if (i < into.length) start = last + 1 + input.zigzag();
  }
};

const fillPlanes = (parts: PartReader, into: Numbers, bound: number): void => {
  const numbers = readPlanes(parts, into.length);
  for (let i = 0; i < into.length; i++) {
    if (numbers[i]! >= bound) throw new Damaged('a number leaves its column');
    into[i] = numbers[i]!;
  }
};
