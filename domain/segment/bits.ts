import { type ByteReader } from './byte-reader.js';

/** Whole numbers below 2^width, lowest bit first, with nothing between them; the last byte is filled with zeros. */
export const readBits = (input: ByteReader, count: number, width: number): Float64Array => {
  const bytes = input.raw(Math.ceil((count * width) / 8));
  const numbers = new Float64Array(count);
  let bit = 0;
  for (let i = 0; i < count; i++) {
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
  return numbers;
};
