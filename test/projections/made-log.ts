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

/** Series of other rows too, as a decoder gives segments of one dictionary one table: `shared` is that table. */
const segmentOf = (made: MadeSegment, shared?: Table): Segment => {
  const mine = tableOf(made.rows.map(seriesOf), seriesKey);
  const series = shared ? { table: shared.table, at: mine.at.map((s) => shared.numberOf(mine.table[s]!)) } : mine;
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

interface Table {
  readonly table: readonly Series[];
  readonly numberOf: (series: Series) => number;
}

const seriesKey = (series: Series): string => JSON.stringify(series);

const sharedTable = (segments: readonly MadeSegment[]): Table => {
  const { table } = tableOf(
    segments.flatMap(({ rows }) => rows.map(seriesOf)),
    seriesKey,
  );
  const numbers = new Map(table.map((series, number) => [seriesKey(series), number]));
  return { table, numberOf: (series) => numbers.get(seriesKey(series))! };
};

/** A partition's log as collectors read it; `shared`: every second segment was decoded with one dictionary. */
export const madeLog = (segments: readonly MadeSegment[], shared = false): LoggedSegment[] => {
  const table = shared ? sharedTable(segments.filter((_, i) => i % 2 === 0)) : undefined;
  return segments.map((made, i) => ({
    segment: segmentOf(made, i % 2 === 0 ? table : undefined),
    revision: BigInt(made.revision) as Revision,
    storedBytes: made.storedBytes ?? 1000,
  }));
};
