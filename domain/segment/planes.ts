import { Damaged } from './damaged.js';
import { isNoise } from './noise.js';
import { type PartReader, type PartWriter } from './parts.js';

const high = 2 ** 32;
const mostPlanes = 7;

/**
 * Whole numbers from 0 to 2^53 - 1 as byte planes: all lowest bytes, then all second ones, and so on, as many as the
 * largest number needs. Like stands with like, so that the noisy low bytes do not spoil the calm high ones.
 */
export const writePlanes = (parts: PartWriter, numbers: Float64Array | Uint32Array): void => {
  const planes = Array.from({ length: widthOf(numbers) }, (_, plane) => planeOf(numbers, plane));
  const noisy = planes.map(isNoise);
  const mask = noisy.reduce((bits, noise, plane) => bits + (noise ? 2 ** plane : 0), 0);
  parts.squeezed.varint(planes.length + 8 * mask);
  for (const [plane, bytes] of planes.entries()) (noisy[plane] ? parts.plain : parts.squeezed).raw(bytes);
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

const widthOf = (numbers: Float64Array | Uint32Array): number => {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! > most) most = numbers[i]!;
  let width = 0;
  for (; most >= 1; most = Math.floor(most / 256)) width++;
  if (width > mostPlanes) throw new RangeError('a number of a column is above 2^53');
  return width;
};

const planeOf = (numbers: Float64Array | Uint32Array, plane: number): Uint8Array => {
  const bytes = new Uint8Array(numbers.length);
  const shift = (plane % 4) * 8;
  if (plane < 4) for (let i = 0; i < bytes.length; i++) bytes[i] = numbers[i]! >>> shift;
  else for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(numbers[i]! / high) >>> shift;
  return bytes;
};

const addPlane = (numbers: Float64Array, bytes: Uint8Array, plane: number): void => {
  const factor = 256 ** plane;
  for (let i = 0; i < numbers.length; i++) numbers[i]! += bytes[i]! * factor;
};
