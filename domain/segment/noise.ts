import { columnKernel } from './column-kernel.js';

const fewest = 64;
/** Bits per byte above which deflating costs time and gains nothing. */
const threshold = 7.5;
/** Fewer values than this, each as frequent as the others, are below the threshold. */
const fewestValues = 2 ** threshold;
const values = 256;

/**
 * True for bytes that no entropy coder makes much smaller, judged by how often each value occurs.
 *
 * @param at where they stand in the room of the column kernel
 */
export const isNoise = (at: number, length: number): boolean => {
  if (length < fewest) return false;
  const { room, code } = columnKernel();
  const counts = room.takeZeros(values * 4);
  if (code.spread(at, length, counts) < fewestValues) return false;
  let bits = 0;
  for (let i = 0; i < values; i++) {
    const count = room.ints[counts / 4 + i]!;
    if (count > 0) bits -= count * Math.log2(count / length);
  }
  return bits > threshold * length;
};
