import { bitsFor, readBits, writeBits } from './bits.js';
import { Damaged } from './damaged.js';
import { type PartReader, type PartWriter } from './parts.js';

const widest = 53;
/** Added to the width when zeros take one bit and only the others take their width. */
const sparse = 64;

/*
 * The first integer of each series of a metric: above the least of them, in as few bits each as the largest needs.
 * Where many are the least (idle GPUs), a bit for each says whether it is, and only the others follow.
 */

export const writeFirsts = (parts: PartWriter, firsts: Float64Array): void => {
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
