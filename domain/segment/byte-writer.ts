const initialBytes = 256;

/** Bytes that grow as they are written. Numbers are little-endian base-128 ("varints"), as in Protocol Buffers. */
export class ByteWriter {
  private bytes = new Uint8Array(initialBytes);
  private used = 0;

  get length(): number {
    return this.used;
  }

  /** What has been written so far; shares memory with the writer, which must not be used after. */
  finish(): Uint8Array {
    return this.bytes.subarray(0, this.used);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.used++] = value;
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    for (; rest >= 0x80000000; rest = Math.floor(rest / 128)) this.bytes[this.used++] = (rest & 0x7f) | 0x80;
    for (; rest >= 0x80; rest >>>= 7) this.bytes[this.used++] = (rest & 0x7f) | 0x80;
    this.bytes[this.used++] = rest;
  }

  /** A whole number of either sign, at most 2^52 - 1 in size. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** As {@link varint}, of any size up to 126 bits. */
  bigVarint(value: bigint): void {
    let rest = value;
    for (; rest > 0x7fffffffn; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80);
    this.varint(Number(rest));
  }

  /** As {@link zigzag}, of any size up to 125 bits. */
  bigZigzag(value: bigint): void {
    this.bigVarint(value < 0n ? -2n * value - 1n : 2n * value);
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length).set(bytes);
  }

  /** The next `length` bytes, for the caller to fill before writing on. */
  room(length: number): Uint8Array {
    this.reserve(length);
    this.used += length;
    return this.bytes.subarray(this.used - length, this.used);
  }

  private reserve(length: number): void {
    if (this.used + length <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.used + length));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}
