import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type ByteReader } from './byte-reader.js';
import { type ByteWriter } from './byte-writer.js';
import { Damaged } from './damaged.js';
import { mostInflated, refuseAbove } from './limits.js';
import { preset } from './preset.js';

/** Deflate makes at most 1032 bytes of one (zlib's technical notes). */
const mostRatio = 1032;

/** Raw deflate (RFC 1951) with the preset dictionary, or the bytes as they are where that is not shorter. */
export const squeeze = (bytes: Uint8Array, out: ByteWriter): void => {
  refuseAbove(bytes.length, mostInflated, 'bytes of dictionary and columns');
  const deflated = deflateRawSync(bytes, { level: 1, dictionary: preset });
  const shorter = deflated.length < bytes.length;
  out.varint(bytes.length * 2 + (shorter ? 1 : 0));
  out.raw(shorter ? deflated : bytes);
};

/** Takes all that remains. The length it claims is checked before it is made room for. */
export const inflate = (input: ByteReader): Uint8Array => {
  const head = input.varint();
  const length = Math.floor(head / 2);
  const stored = input.raw(input.remaining);
  if (length > mostInflated || length > stored.length * mostRatio) throw new Damaged('it claims an impossible length');
  const bytes = head % 2 === 1 ? inflateExactly(stored, length) : stored;
  if (bytes.length !== length) throw new Damaged(`it holds ${bytes.length} bytes of columns, not ${length}`);
  return bytes;
};

const inflateExactly = (stored: Uint8Array, length: number): Uint8Array => {
  try {
    const chunkSize = Math.max(64, length);
    return inflateRawSync(stored, { dictionary: preset, maxOutputLength: Math.max(1, length), chunkSize });
  } catch (error) {
    throw new Damaged(`its columns cannot be inflated: ${error instanceof Error ? error.message : String(error)}`);
  }
};
