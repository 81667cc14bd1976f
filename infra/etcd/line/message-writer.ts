import { prefixBytes, writePrefix } from './grpc-frame.js';
import { wireType } from './wire-type.js';

/** Writes a message of protobuf from its end, so that each length is known when it is written. */
export class MessageWriter {
  #at: number;
  readonly #buffer: Buffer;

  /** @param mostBytes of the whole message */
  constructor(mostBytes: number) {
    this.#buffer = Buffer.allocUnsafe(mostBytes + prefixBytes);
    this.#at = this.#buffer.length;
  }

  /** Where what comes next is to end. */
  get at(): number {
    return this.#at;
  }

  text(field: number, text: string): void {
    const end = this.#at;
    this.#write(text);
    this.#head(field, end - this.#at);
  }

  bytes(field: number, bytes: Uint8Array): void {
    this.#at -= bytes.length;
    this.#buffer.set(bytes, this.#at);
    this.#head(field, bytes.length);
  }

  number(field: number, number: number | bigint): void {
    this.#varint(number);
    this.#varint(field * 8 + wireType.number);
  }

  /** Makes what was written up to `end` a message within this one; its fields were written with the last one first. */
  message(field: number, end: number): void {
    this.#head(field, end - this.#at);
  }

  /** The whole message, as gRPC sends it. */
  finish(): Buffer {
    const from = this.#at - prefixBytes;
    writePrefix(this.#buffer, from);
    return this.#buffer.subarray(from);
  }

  /** Keys are short and nearly always ASCII: to write them here is quicker than to have it done. */
  #write(text: string): void {
    const from = this.#at - text.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return this.#writeUtf8(text);
      this.#buffer[from + i] = code;
    }
    this.#at = from;
  }

  #writeUtf8(text: string): void {
    this.#at -= Buffer.byteLength(text);
    this.#buffer.write(text, this.#at);
  }

  #head(field: number, bytes: number): void {
    this.#varint(bytes);
    this.#varint(field * 8 + wireType.bytes);
  }

  #varint(number: number | bigint): void {
    if (number > Number.MAX_SAFE_INTEGER) return this.#longVarint(BigInt(number));
    let left = Number(number);
    let last = this.#at - 1;
    for (let rest = left; rest >= 128; rest = Math.floor(rest / 128)) last--;
    for (let at = last; at < this.#at; at++, left = Math.floor(left / 128)) {
      this.#buffer[at] = (left % 128) + (left > 127 ? 128 : 0);
    }
    this.#at = last;
  }

  #longVarint(number: bigint): void {
    let last = this.#at - 1;
    for (let rest = number; rest >= 128n; rest >>= 7n) last--;
    let left = number;
    for (let at = last; at < this.#at; at++, left >>= 7n)
      this.#buffer[at] = Number(left & 127n) + (left > 127n ? 128 : 0);
    this.#at = last;
  }
}
