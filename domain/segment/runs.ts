import { type ByteReader } from './byte-reader.js';
import { columnKernel } from './column-kernel.js';
import { Damaged } from './damaged.js';
import { readPlanes, writePlanes } from './planes.js';
import { type PartReader, type PartWriter } from './parts.js';

/** Stands where a column of runs has its first start plus one. */
const planesFollow = 0;

type Numbers = Float64Array | Uint32Array;

/** Bytes of a column of runs that are worth it, at most: as many as of its numbers, and so many more. */
const bytesBeside = 64;

/**
 * Numbers that mostly stay or go up by one, such as the series of a regular export (0, 1, 2, …, 0, 1, 2, …): stored
 * as runs, each level or climbing. Where they do not, stored as byte planes. The reader knows how many there are.
 */
export const writeRuns = (parts: PartWriter, numbers: Numbers): void => {
  const { length } = numbers;
  if (length === 0) return;
  if (length === 1 && isShort(numbers[0]!)) return writeOne(parts, numbers[0]!);
  const { room, code } = columnKernel();
  room.clear();
  const at = room.take(length * 8);
  const out = room.take(length * 8 + bytesBeside);
  room.doubles.set(numbers, at / 8);
  const end = code.runs(at, length, out);
  if (end > 0) {
    parts.squeezed.raw(room.bytes.subarray(out, end));
    return;
  }
  parts.squeezed.varint(planesFollow);
  code.whole(at, length);
  writePlanes(parts, at, length);
};

const isShort = (number: number): boolean => number >= 0 && number < 0x7fffffff;

/** One level run of one number, as the kernel would write it: columns of a row that comes alone. */
const writeOne = ({ squeezed }: PartWriter, number: number): void => {
  squeezed.varint(number + 1);
  squeezed.varint(0);
};

/** Fills `into` with numbers below `bound`. */
export const readRuns = <T extends Numbers>(parts: PartReader, into: T, bound: number): T => {
  if (into.length === 0) return into;
  const head = parts.squeezed.varint();
  if (head === planesFollow) fillPlanes(parts, into, bound);
  else fillRuns(parts.squeezed, into, head - 1, bound);
  return into;
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
