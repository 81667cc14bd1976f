import { Damaged } from './damaged.js';

const mostBigBytes = 18;

/** Reads what a {@link ByteWriter} wrote. Throws {@link Damaged} rather than read past the end or give an unsafe number. */
export class ByteReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get remaining(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw new Damaged('it ends too early');
    return this.bytes[this.at++]!;
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 128;
      if (factor > 2 ** 49) throw new Damaged('a number is too large');
    }
    if (value > Number.MAX_SAFE_INTEGER) throw new Damaged('a number is too large');
    return value;
  }

  /** A number of things, at most `most` of them: checked before anything is allocated for it. */
  count(most: number, what: string): number {
    const count = this.varint();
    if (count > most) throw new Damaged(`it claims ${count} ${what}, more than the ${most} there can be`);
    return count;
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  bigVarint(): bigint {
    let value = 0n;
    for (let read = 0; read < mostBigBytes; read++) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << BigInt(7 * read);
      if (byte < 0x80) return value;
    }
    throw new Damaged('a number is too large');
  }

  bigZigzag(): bigint {
    const value = this.bigVarint();
    return value & 1n ? -(value + 1n) / 2n : value / 2n;
  }

  /** The next `length` bytes, not copied. */
  raw(length: number): Uint8Array {
    if (length > this.remaining) throw new Damaged('it ends too early');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** The bytes before the next one that is at least `mark`. */
  until(mark: number): Uint8Array {
    let end = this.at;
    while (end < this.bytes.length && this.bytes[end]! < mark) end++;
    return this.raw(end - this.at);
  }

  end(): void {
    if (this.remaining > 0) throw new Damaged(`${this.remaining} bytes follow its end`);
  }
}
