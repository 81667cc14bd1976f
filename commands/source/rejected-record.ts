import { createHash, type Hash } from 'node:crypto';
import { type RejectedRecord } from './read-block.js';
import { boundedReasons } from './reasons.js';

/** A record that is at hand as a whole, up to 64 KiB. The bytes are copied. */
export const rejectedRecord = (
  place: { readonly offset: number; readonly row: number },
  bytes: Uint8Array,
  reasons: readonly string[],
): RejectedRecord => ({
  offset: place.offset,
  row: place.row,
  reasons: boundedReasons(reasons),
  raw: Uint8Array.from(bytes),
  length: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

const carriageReturn = 0x0d;
const one = Uint8Array.of(carriageReturn);

/** A line of any length that is not kept, only measured and hashed as it goes by. */
export interface LongLine {
  readonly offset: number;
  /** The next bytes of the line, without the line feed. */
  append(bytes: Uint8Array): void;
  finish(row: number, reasons: readonly string[]): RejectedRecord;
}

/** A carriage return at its end belongs to the line end and not to the line. */
export const createLongLine = (offset: number): LongLine => {
  const hash: Hash = createHash('sha256');
  let length = 0;
  let heldReturn = false;
  const add = (bytes: Uint8Array): void => {
    hash.update(bytes);
    length += bytes.length;
  };
  return {
    offset,
    append: (bytes) => {
      if (bytes.length === 0) return;
      if (heldReturn) add(one);
      heldReturn = bytes[bytes.length - 1] === carriageReturn;
      add(heldReturn ? bytes.subarray(0, -1) : bytes);
    },
    finish: (row, reasons) => ({ offset, row, reasons, raw: undefined, length, sha256: hash.digest('hex') }),
  };
};
