import { readBits } from './bits.js';
import { columnKernel } from './column-kernel.js';
import { Damaged } from './damaged.js';
import { type PartReader, type PartWriter } from './parts.js';

const widest = 53;
/** Added to the width when zeros take one bit and only the others take their width. */
const sparse = 64;

/*
 * The first integer of each series of a metric: above the least of them, in as few bits each as the largest needs.
 * Where many are the least (idle GPUs), a bit for each says whether it is, and only the others follow.
 */

/** @param at where they stand in the room of the column kernel, with 64 bits each */
export const writeFirsts = ({ squeezed, plain }: PartWriter, at: number, count: number): void => {
  const { room, code } = columnKernel();
  const least = room.take(8);
  const others = code.aboveLeast(at, count, least);
  const width = code.width(at, count);
  const isSparse = count + others * width < count * width;
  const out = room.take(count * 8);
  squeezed.zigzag(room.doubles[least / 8]!);
  squeezed.byte(width + (isSparse ? sparse : 0));
  if (isSparse) {
    const marks = room.take(count * 8);
    code.splitZeros(at, count, marks);
    plain.raw(room.bytes.subarray(out, code.bits(marks, count, 1, out)));
  }
  plain.raw(room.bytes.subarray(out, code.bits(at, isSparse ? others : count, width, out)));
};

export const readFirsts = (parts: PartReader, count: number): Float64Array => {
  const least = parts.squeezed.zigzag();
  const head = parts.squeezed.byte();
  const width = head % sparse;
  if (width > widest || head >= 2 * sparse) throw new Damaged(`first values of ${head} bits`);
  if (head < sparse) return readBits(parts.plain, count, width).map((above) => least + above);
  const present = readBits(parts.plain, count, 1);
  const others = readBits(
    parts.plain,
    present.reduce((sum, one) => sum + one, 0),
    width,
  );
  let next = 0;
  return present.map((one) => least + (one === 1 ? others[next++]! : 0));
};
