import { type ClusterId, type GpuUuid, type Hostname } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type ChunkHeader } from './chunk.document.js';

/** What the key of a chunk tells, so that a query reads only the chunks of its range. */
export type ChunkKey = Pick<ChunkHeader, 'cluster' | 'hostname' | 'uuid' | 'revision' | 'part' | 'first' | 'last'>;

const nameOf = /^(\d{20})\.(\d{6})\.(-?\d{1,30})\.(-?\d{1,30})$/;

/** Below the partition of (cluster, host), before the names of a device's chunks: `chunks/{cluster}/{hostname}/{uuid}`. */
export const chunksOfDevice = (cluster: ClusterId, hostname: Hostname, uuid: GpuUuid): readonly string[] => [
  'chunks',
  cluster,
  hostname,
  uuid,
];

/**
 * `chunks/{cluster}/{hostname}/{uuid}/{revision}.{part}.{first}.{last}`: revision and part of fixed width, so that the
 * order of a device's keys is the order of the log; the times are nanoseconds since the Unix epoch.
 */
export const chunkPath = (key: ChunkKey): readonly string[] => [
  ...chunksOfDevice(key.cluster, key.hostname, key.uuid),
  `${String(key.revision).padStart(20, '0')}.${String(key.part).padStart(6, '0')}.${key.first}.${key.last}`,
];

/** What a path below the partition says; undefined when it is not a chunk's. */
export const parseChunkPath = (path: readonly string[]): ChunkKey | undefined => {
  const [kind, cluster, hostname, uuid, name] = path;
  const found = nameOf.exec(name ?? '');
  if (kind !== 'chunks' || path.length !== 5 || !found) return undefined;
  return {
    cluster: cluster as ClusterId,
    hostname: hostname as Hostname,
    uuid: uuid as GpuUuid,
    revision: BigInt(found[1]!) as Revision,
    part: Number(found[2]),
    first: BigInt(found[3]!) as Instant,
    last: BigInt(found[4]!) as Instant,
  };
};
