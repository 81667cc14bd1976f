import * as t from 'io-ts';

/*
 * The names and numbers that the whole system speaks in, each a branded type with one codec.
 * Decode at the edge; inside, nothing is checked again and nothing is a bare string.
 */

const textOf = (least: number, most: number) => (value: string) => value.length >= least && value.length <= most;
const countUpTo = (most: number) => (value: number) => Number.isInteger(value) && value >= 0 && value <= most;
const name = textOf(1, 255);
const partitions = countUpTo(63);
const lanes = countUpTo(15);
const counts = countUpTo(Number.MAX_SAFE_INTEGER);

interface ClusterIdBrand {
  readonly ClusterId: unique symbol;
}
/** A cluster's name, as given to the streamer; 1 to 255 characters. */
export type ClusterId = t.Branded<string, ClusterIdBrand>;
export const ClusterId = t.brand(t.string, (s): s is ClusterId => name(s), 'ClusterId');

interface HostnameBrand {
  readonly Hostname: unique symbol;
}
/** A host's name, as its exporter reports it; 1 to 255 characters. */
export type Hostname = t.Branded<string, HostnameBrand>;
export const Hostname = t.brand(t.string, (s): s is Hostname => name(s), 'Hostname');

interface GpuUuidBrand {
  readonly GpuUuid: unique symbol;
}
/** The address of a device among people: the GPU's UUID, or `{uuid}:{mig id}` for a MIG instance. */
export type GpuUuid = t.Branded<string, GpuUuidBrand>;
export const GpuUuid = t.brand(t.string, (s): s is GpuUuid => name(s), 'GpuUuid');

interface MetricNameBrand {
  readonly MetricName: unique symbol;
}
/** A metric by its DCGM name, such as `DCGM_FI_DEV_GPU_UTIL`; 1 to 255 characters. */
export type MetricName = t.Branded<string, MetricNameBrand>;
export const MetricName = t.brand(t.string, (s): s is MetricName => name(s), 'MetricName');

interface SourceIdBrand {
  readonly SourceId: unique symbol;
}
/** A source's identity: 32 lower-case hexadecimal digits, from its content and not from its path. */
export type SourceId = t.Branded<string, SourceIdBrand>;
export const SourceId = t.brand(t.string, (s): s is SourceId => /^[0-9a-f]{32}$/.test(s), 'SourceId');

interface PartitionBrand {
  readonly Partition: unique symbol;
}
/** One of the log's ordered parts, from 0; at most 64 of them. */
export type Partition = t.Branded<number, PartitionBrand>;
export const Partition = t.brand(t.number, (n): n is Partition => partitions(n), 'Partition');

interface LaneBrand {
  readonly Lane: unique symbol;
}
/** A writer's own column of every partition, from 0; at most 16 of them. */
export type Lane = t.Branded<number, LaneBrand>;
export const Lane = t.brand(t.number, (n): n is Lane => lanes(n), 'Lane');

interface SequenceBrand {
  readonly Sequence: unique symbol;
}
/** Dense number of a segment within its partition and lane, from 0. */
export type Sequence = t.Branded<number, SequenceBrand>;
export const Sequence = t.brand(t.number, (n): n is Sequence => counts(n), 'Sequence');

interface EpochBrand {
  readonly Epoch: unique symbol;
}
/** 0, and that which the last recovery from a backup has begun. Cursors of an older epoch have expired. */
export type Epoch = t.Branded<number, EpochBrand>;
export const Epoch = t.brand(t.number, (n): n is Epoch => counts(n), 'Epoch');
