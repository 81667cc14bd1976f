import { createHash } from 'node:crypto';
import { type ClusterId, type SourceId } from '../../domain/ids.js';

/**
 * What a source is known by (promise S2): the first 128 bits, as hexadecimal, of SHA-256 over cluster, header line and
 * first complete record, each preceded by its length as 32 bits, big-endian. Header and record are the bytes as they
 * stand, without byte order mark and line ends; of a first record that is none by the rules of quoting, its first line
 * (64 KiB at most). Stored: change with care.
 */
export const sourceIdOf = (cluster: ClusterId, header: Uint8Array, firstRecord: Uint8Array): SourceId =>
  hashOf([Buffer.from(cluster, 'utf8'), header, firstRecord]);

/** Of a range of a file: from the file's own id and the range's first byte. Stored: change with care. */
export const rangeIdOf = (file: SourceId, from: number): SourceId =>
  hashOf([Buffer.from(file, 'hex'), Buffer.from(`range from ${String(from)}`)]);

const hashOf = (parts: readonly Uint8Array[]): SourceId => {
  const hash = createHash('sha256');
  for (const part of parts) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    hash.update(length).update(part);
  }
  return hash.digest('hex').slice(0, 32) as SourceId;
};
