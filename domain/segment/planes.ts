import { columnKernel } from './column-kernel.js';
import { Damaged } from './damaged.js';
import { isNoise } from './noise.js';
import { type PartReader, type PartWriter } from './parts.js';

const mostPlanes = 7;

/**
 * Whole numbers from 0 to 2^53 - 1 as byte planes: all lowest bytes, then all second ones, and so on, as many as the
 * largest number needs. Like stands with like, so that the noisy low bytes do not spoil the calm high ones.
 *
 * @param at where they stand in the room of the column kernel, with 64 bits each
 */
export const writePlanes = (parts: PartWriter, at: number, count: number): void => {
  const { room, code } = columnKernel();
  const planes = Math.ceil(code.width(at, count) / 8);
  if (planes > mostPlanes) throw new RangeError('a number of a column is above 2^53');
  const out = room.take(planes * count);
  code.planes(at, count, planes, out);
  let noisy = 0;
  for (let plane = 0; plane < planes; plane++) if (isNoise(out + plane * count, count)) noisy += 2 ** plane;
  parts.squeezed.varint(planes + 8 * noisy);
  for (let plane = 0; plane < planes; plane++) {
    const part = (noisy >> plane) & 1 ? parts.plain : parts.squeezed;
    part.raw(room.bytes.subarray(out + plane * count, out + (plane + 1) * count));
  }
};

export const readPlanes = (parts: PartReader, count: number): Float64Array => {
  const head = parts.squeezed.varint();
  const [width, mask] = [head % 8, Math.floor(head / 8)];
  if (mask >= 2 ** width) throw new Damaged('a column names a byte plane that it does not have');
  const numbers = new Float64Array(count);
  for (let plane = 0; plane < width; plane++) {
    const part = (mask >> plane) & 1 ? parts.plain : parts.squeezed;
    addPlane(numbers, part.raw(count), plane);
  }
  return numbers;
};

const addPlane = (numbers: Float64Array, bytes: Uint8Array, plane: number): void => {
  const factor = 256 ** plane;
  for (let i = 0; i < numbers.length; i++) numbers[i]! += bytes[i]! * factor;
};
