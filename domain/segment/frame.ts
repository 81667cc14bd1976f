import { crc32 } from 'node:zlib';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { Damaged } from './damaged.js';
import { type SegmentFault } from './segment.js';
import * as E from 'fp-ts/lib/Either.js';

/** The newest version that this code writes; it reads all up to it. */
export const segmentVersion = 1;
/** The version that samples alone are in. A fold gives the same bytes everywhere: raised with the version of `history` only. */
export const sampleVersion = 1;

/** What the bytes hold: a segment, or samples alone. The first two bytes, in ASCII. */
export type FrameKind = 'TS' | 'TC';

const headLength = 3;
const checkLength = 4;

/** Kind, version, content, and the CRC-32 (of ISO 3309, as in gzip) of all of it, little-endian. */
export const frame = (kind: FrameKind, version: number, fill: (out: ByteWriter) => void): Uint8Array => {
  if (version < 1 || version > segmentVersion) throw new RangeError(`no version ${String(version)} is written`);
  const out = new ByteWriter();
  out.raw(Buffer.from(kind, 'ascii'));
  out.byte(version);
  fill(out);
  const check = crc32(out.finish());
  new DataView(out.room(checkLength).buffer).setUint32(out.length - checkLength, check, true);
  return out.finish();
};

/** Reads the content of a frame whose kind, version and checksum are right; whatever else is wrong is a fault. */
export const unframe = <T>(
  kind: FrameKind,
  bytes: Uint8Array,
  read: (input: ByteReader) => T,
): E.Either<SegmentFault, T> => {
  const fault = faultOf(kind, bytes);
  if (fault) return E.left(fault);
  try {
    return E.right(read(new ByteReader(bytes.subarray(headLength, bytes.length - checkLength))));
  } catch (error) {
    if (error instanceof Damaged) return E.left(damaged(error.message));
    throw error;
  }
};

const damaged = (reason: string): SegmentFault => ({ kind: 'damaged', reason });

const faultOf = (kind: FrameKind, bytes: Uint8Array): SegmentFault | undefined => {
  if (bytes.length < headLength + checkLength) return damaged(`it has only ${bytes.length} bytes`);
  if (bytes[0] !== kind.charCodeAt(0) || bytes[1] !== kind.charCodeAt(1))
    return damaged(`it does not begin with ${kind}`);
  const version = bytes[2]!;
  if (version < 1 || version > segmentVersion) return { kind: 'unknown-version', version };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const stored = view.getUint32(bytes.length - checkLength, true);
  const actual = crc32(bytes.subarray(0, bytes.length - checkLength));
  return stored === actual ? undefined : damaged(`its checksum is ${hex(actual)}, not ${hex(stored)}`);
};

const hex = (check: number): string => check.toString(16).padStart(8, '0');
