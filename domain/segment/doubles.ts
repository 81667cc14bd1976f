import { columnKernel } from './column-kernel.js';
import { Damaged } from './damaged.js';
import { type PartReader, type PartWriter } from './parts.js';

const size = 8;

/*
 * Values that no decimals give back: the bits of each double (IEEE 754, binary64) exclusive-or those of the one before
 * it, the first one's with zero, as eight byte planes, lowest byte first.
 */

/** @param at where they stand in the room of the column kernel */
export const writeDoubles = ({ squeezed }: PartWriter, at: number, count: number): void => {
  const { room, code } = columnKernel();
  const numbers = room.take(count * size);
  const out = room.take(count * size);
  const odd = code.doubles(at, count, numbers);
  if (odd > 0) throw new RangeError(`the value ${String(room.doubles[at / size + odd - 1])} is not a finite number`);
  code.planes(numbers, count, size, out);
  squeezed.raw(room.bytes.subarray(out, out + count * size));
};

export const readDoubles = ({ squeezed }: PartReader, into: Float64Array): void => {
  const planes = squeezed.raw(into.length * size);
  const now = new DataView(new ArrayBuffer(size));
  for (let i = 0; i < into.length; i++) {
    for (let plane = 0; plane < size; plane++)
      now.setUint8(plane, now.getUint8(plane) ^ planes[plane * into.length + i]!);
    into[i] = now.getFloat64(0, true);
    if (!Number.isFinite(into[i])) throw new Damaged('a value that is not a finite number');
  }
};
