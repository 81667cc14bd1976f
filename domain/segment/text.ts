import { type ByteReader } from './byte-reader.js';
import { type ByteWriter } from './byte-writer.js';
import { Damaged } from './damaged.js';

const illFormed = /\p{Surrogate}/u;

/** A text's bytes: UTF-8, or UTF-16 for one with an unpaired surrogate, which has no UTF-8. */
export interface TextBytes {
  readonly bytes: Buffer;
  /** Twice the number of bytes, plus one for UTF-16. */
  readonly head: number;
}

export const encodeText = (text: string): TextBytes => {
  const wide = illFormed.test(text);
  const bytes = Buffer.from(text, wide ? 'utf16le' : 'utf8');
  return { bytes, head: bytes.length * 2 + (wide ? 1 : 0) };
};

export const decodeText = (input: ByteReader, head: number): string => {
  const bytes = input.raw(Math.floor(head / 2));
  if (head % 2 === 1 && bytes.length % 2 === 1) throw new Damaged('a text of half a character');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(head % 2 === 1 ? 'utf16le' : 'utf8');
};

export const writeText = (out: ByteWriter, text: string): void => {
  const { head, bytes } = encodeText(text);
  out.varint(head);
  out.raw(bytes);
};

export const readText = (input: ByteReader): string => decodeText(input, input.varint());
