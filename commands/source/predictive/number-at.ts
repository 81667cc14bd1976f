import { parseDecimal } from '../decimal.js';

const quote = 0x22;
const comma = 0x2c;

/** A quote, a comma or a line end. */
const endsNumber = (byte: number): boolean => byte === quote || byte === comma || byte === 0x0a || byte === 0x0d;

/** Reads a number of any form out of bytes; those of the usual form are read by the kernel. */
export class NumberAt {
  value = 0;
  /** Where `String(value)` is not what is written. */
  text: string | undefined;

  /** Returns the index behind the number, or -1 when there is none. */
  read(bytes: Buffer, start: number, length: number): number {
    let end = start;
    while (end < length && !endsNumber(bytes[end]!)) end++;
    const text = bytes.toString('latin1', start, end);
    const value = parseDecimal(text);
    if (value === undefined) return -1;
    this.value = value;
    this.text = String(value) === text ? undefined : text;
    return end;
  }
}
