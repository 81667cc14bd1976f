import {
  type ClusterId,
  type GpuUuid,
  type Hostname,
  type MetricName,
  type Partition,
  type SourceId,
} from '../../../domain/ids.js';
import { type Instant, parseInstant } from '../../../domain/instant.js';
import { partitionOf } from '../../../domain/partitioning.js';
import { type Revision } from '../../../domain/revision.js';
import { type Segment, type Series } from '../../../domain/segment/segment.js';

/** A row as a test tells it. */
export interface Row {
  readonly at: string;
  readonly uuid: string;
  readonly metric?: string;
  readonly value?: number;
  readonly host?: string;
  readonly index?: string;
  readonly model?: string;
  readonly container?: string;
  readonly pod?: string;
  readonly namespace?: string;
  readonly labels?: string;
}

export const at = (text: string): Instant => {
  const parsed = parseInstant(text);
  if (parsed === undefined) throw new Error(`not a time: ${text}`);
  return parsed;
};

const hostOf = (row: Row): Hostname => (row.host ?? 'host-1') as Hostname;

const seriesOf = (row: Row): Series => ({
  metric: (row.metric ?? 'DCGM_FI_DEV_GPU_UTIL') as MetricName,
  gpuIndex: row.index ?? '0',
  device: `nvidia${row.index ?? '0'}`,
  uuid: row.uuid as GpuUuid,
  modelName: row.model ?? 'NVIDIA H100 80GB HBM3',
  hostname: hostOf(row),
  container: row.container ?? '',
  pod: row.pod ?? '',
  namespace: row.namespace ?? '',
  labels: row.labels ?? 'job="dcgm"',
  extra: [],
});

const table = <A>(things: readonly A[], nameOf: (thing: A) => string) => {
  const distinct = [...new Map(things.map((thing) => [nameOf(thing), thing])).values()];
  const numbers = new Map(distinct.map((thing, number) => [nameOf(thing), number]));
  return { distinct, numbers: Uint32Array.from(things, (thing) => numbers.get(nameOf(thing))!) };
};

/** One segment of the rows, all of one cluster, as a streamer would append it. */
export const segmentOf = (cluster: string, appended: string, batch: number, rows: readonly Row[]): Segment => {
  const series = table(rows.map(seriesOf), (one) => JSON.stringify(one));
  const times = table(
    rows.map((row) => ({ at: at(row.at), text: undefined })),
    (time) => String(time.at),
  );
  return {
    header: {
      claim: 1n as Revision,
      batch,
      part: 0,
      parts: 1,
      cluster: cluster as ClusterId,
      source: '0123456789abcdef0123456789abcdef' as SourceId,
      from: 0,
      to: 1,
      pass: 0,
      appendedAt: at(appended),
      columns: [],
      events: rows.length,
    },
    samples: {
      series: series.distinct,
      times: times.distinct,
      seriesAt: series.numbers,
      timeAt: times.numbers,
      values: Float64Array.from(rows, ({ value }) => value ?? 0),
      texts: new Map(),
    },
  };
};

/** Rows by the partition of their host. */
export const byPartition = (
  cluster: string,
  rows: readonly Row[],
  partitions: number,
): ReadonlyMap<Partition, readonly Row[]> => {
  const groups = new Map<Partition, Row[]>();
  for (const row of rows) {
    const partition = partitionOf(cluster as ClusterId, hostOf(row), partitions);
    const group = groups.get(partition);
    if (group) group.push(row);
    else groups.set(partition, [row]);
  }
  return groups;
};
