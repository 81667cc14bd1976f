import { type ByteReader } from './byte-reader.js';

/** Whole numbers below 2^width, lowest bit first, with nothing between them; the last byte is filled with zeros. */
export const readBits = (input: ByteReader, count: number, width: number): Float64Array => {
  const bytes = input.raw(Math.ceil((count * width) / 8));
  const numbers = new Float64Array(count);
  if (width <= widestHeld) readNarrow(bytes, numbers, width);
  else readWide(bytes, numbers, width);
  return numbers;
};

/** Numbers so wide, and the rest of the byte before them, fit into the 32 bits that are quick to work with. */
const widestHeld = 24;

const readNarrow = (bytes: Uint8Array, numbers: Float64Array, width: number): void => {
  let [held, holding, at] = [0, 0, 0];
  for (let i = 0; i < numbers.length; i++) {
    for (; holding < width; holding += 8) held |= bytes[at++]! << holding;
    numbers[i] = held & (2 ** width - 1);
    held >>>= width;
    holding -= width;
  }
};

const readWide = (bytes: Uint8Array, numbers: Float64Array, width: number): void => {
  let bit = 0;
  for (let i = 0; i < numbers.length; i++) {
    let factor = 1;
    for (let left = width; left > 0;) {
      const [used, byte] = [bit % 8, bytes[Math.floor(bit / 8)]!];
      const take = Math.min(left, 8 - used);
      numbers[i]! += ((byte >> used) & (2 ** take - 1)) * factor;
      factor *= 2 ** take;
      left -= take;
      bit += take;
    }
  }
};
