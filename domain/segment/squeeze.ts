import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { messageOf } from '../error-message.js';
import { type ByteReader } from './byte-reader.js';
import { type ByteWriter } from './byte-writer.js';
import { Damaged } from './damaged.js';
import { mostInflated, refuseAbove } from './limits.js';
import { preset } from './preset.js';

/** Deflate makes at most 1032 bytes of one (zlib's technical notes). */
const mostRatio = 1032;
/** Fewer bytes than this are not worth a try. */
const fewest = 32;

/** Length, then raw deflate (RFC 1951) with the preset dictionary, or the bytes as they are where that is not shorter. */
export const squeeze = (bytes: Uint8Array, out: ByteWriter): void => {
  refuseAbove(bytes.length, mostInflated, 'bytes of dictionary or columns');
  const deflated = bytes.length < fewest ? bytes : deflateRawSync(bytes, { level: 1, dictionary: preset });
  const stored = deflated.length < bytes.length ? deflated : bytes;
  out.varint(bytes.length);
  out.raw(stored);
};

/** Takes all that remains. The length that it claims is checked before room is made for it. */
export const inflate = (input: ByteReader): Uint8Array => {
  const length = input.varint();
  const stored = input.raw(input.remaining);
  if (length === stored.length) return stored;
  if (length > mostInflated || length > stored.length * mostRatio) throw new Damaged('it claims an impossible length');
  const bytes = inflateExactly(stored, length);
  if (bytes.length !== length) throw new Damaged(`it inflates to ${bytes.length} bytes, not to ${length}`);
  return bytes;
};

const inflateExactly = (stored: Uint8Array, length: number): Uint8Array => {
  try {
    const chunkSize = Math.max(64, length);
    return inflateRawSync(stored, { dictionary: preset, maxOutputLength: Math.max(1, length), chunkSize });
  } catch (error) {
    throw new Damaged(`it cannot be inflated: ${messageOf(error)}`);
  }
};
