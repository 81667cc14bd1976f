import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readBits } from '../../../domain/segment/bits.js';
import { ByteReader } from '../../../domain/segment/byte-reader.js';
import { ByteWriter } from '../../../domain/segment/byte-writer.js';
import { writeBits } from './plain-columns.js';

const widest = 53;

const throughBytes = (numbers: Float64Array, width: number): Float64Array => {
  const out = new ByteWriter();
  writeBits(out, numbers, width);
  const input = new ByteReader(out.finish());
  const read = readBits(input, numbers.length, width);
  input.end();
  return read;
};

describe('segment codec: numbers of a few bits each', () => {
  it('L4: gives back numbers of every width, the greatest among them, and takes no byte more', () => {
    for (let width = 0; width <= widest; width++) {
      const most = 2 ** width - 1;
      fc.assert(
        fc.property(
          fc.array(
            fc.oneof(
              fc.maxSafeNat().map((n) => n % (most + 1)),
              fc.constant(most),
            ),
          ),
          (given) => {
            const numbers = Float64Array.from(given);
            assert.deepEqual(throughBytes(numbers, width), numbers);
          },
        ),
        { numRuns: 20 },
      );
    }
  });
});
