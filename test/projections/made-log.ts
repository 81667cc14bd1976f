import { type ClusterId, type GpuUuid, type Hostname, type MetricName, type SourceId } from '../../domain/ids.js';
import { type Instant, parseInstant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type Segment, type Series } from '../../domain/segment/segment.js';
import { type LoggedSegment } from '../../projections/plain/plain-fold.js';

/** A row as a test tells it; what it does not tell is that of an idle GPU. */
export interface MadeRow {
  readonly at: string | Instant;
  readonly metric?: string;
  readonly value?: number;
  readonly host?: string;
  readonly uuid?: string;
  readonly index?: string;
  readonly device?: string;
  readonly model?: string;
  readonly container?: string;
  readonly pod?: string;
  readonly namespace?: string;
  readonly labels?: string;
}

export interface MadeSegment {
  readonly revision: number;
  readonly cluster?: string;
  readonly appended: string | Instant;
  readonly storedBytes?: number;
  readonly rows: readonly MadeRow[];
}

export const instant = (at: string | Instant): Instant => {
  const parsed = typeof at === 'string' ? parseInstant(at) : at;
  if (parsed === undefined) throw new Error(`not a time: ${String(at)}`);
  return parsed;
};

const seriesOf = (row: MadeRow): Series => ({
  metric: (row.metric ?? 'DCGM_FI_DEV_GPU_UTIL') as MetricName,
  gpuIndex: row.index ?? '0',
  device: row.device ?? `nvidia${row.index ?? '0'}`,
  uuid: (row.uuid ?? 'GPU-a') as GpuUuid,
  modelName: row.model ?? 'NVIDIA H100 80GB HBM3',
  hostname: (row.host ?? 'host-1') as Hostname,
  container: row.container ?? '',
  pod: row.pod ?? '',
  namespace: row.namespace ?? '',
  labels: row.labels ?? `__name__="${row.metric ?? 'DCGM_FI_DEV_GPU_UTIL'}",job="dcgm"`,
  extra: [],
});

const tableOf = <A>(things: readonly A[], keyOf: (thing: A) => string) => {
  const table = [...new Map(things.map((thing) => [keyOf(thing), thing])).values()];
  const numbers = new Map(table.map((thing, number) => [keyOf(thing), number]));
  return { table, at: Uint32Array.from(things, (thing) => numbers.get(keyOf(thing))!) };
};

const segmentOf = (made: MadeSegment): Segment => {
  const series = tableOf(made.rows.map(seriesOf), (one) => JSON.stringify(one));
  const times = tableOf(
    made.rows.map(({ at }) => ({ at: instant(at), text: undefined })),
    ({ at }) => String(at),
  );
  const header = {
    ...{ claim: 1n as Revision, batch: made.revision, part: 0, parts: 1, from: 0, to: 1, pass: 0, columns: [] },
    cluster: (made.cluster ?? 'c') as ClusterId,
    source: '0123456789abcdef0123456789abcdef' as SourceId,
    appendedAt: instant(made.appended),
    events: made.rows.length,
  };
  const samples = {
    ...{ series: series.table, times: times.table, seriesAt: series.at, timeAt: times.at, texts: new Map() },
    values: Float64Array.from(made.rows, ({ value }) => value ?? 0),
  };
  return { header, samples };
};

/** A partition's log as collectors read it. */
export const madeLog = (segments: readonly MadeSegment[]): LoggedSegment[] =>
  segments.map((made) => ({
    segment: segmentOf(made),
    revision: BigInt(made.revision) as Revision,
    storedBytes: made.storedBytes ?? 1000,
  }));
