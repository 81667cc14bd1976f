import { type ClusterId, type Hostname, type Partition } from './ids.js';

/** FNV-1a, 32 bits, over the UTF-8 bytes (Fowler, Noll, Vo; draft-eastlake-fnv). */
const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
};

/** The finaliser of MurmurHash3 (Appleby): FNV's low bits alone spread badly over a small modulus. */
const mix = (hash: number): number => {
  const a = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b ^ (b >>> 16)) >>> 0;
};

/** 32 bits of a text, the same in every process and for ever. */
export const stableHash = (text: string): number => mix(fnv1a(text));

/**
 * The partition of every event of a host, the same in every process and for ever: change it and the order of
 * stored logs breaks.
 *
 * @param partitions how many the log has, 1 to 64
 */
export const partitionOf = (cluster: ClusterId, host: Hostname, partitions: number): Partition =>
  (stableHash(`${cluster}\0${host}`) % partitions) as Partition;
