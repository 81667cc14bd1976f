import { formatInstant } from '../../domain/instant.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type Segment, type Series } from '../../domain/segment/segment.js';
import { type EventFilter, placesPassing } from './event-filter.js';

/** An event as a row again, under the column names of DCGM's long form, and where in the log it stands. */
export interface EventRow {
  readonly revision: string;
  readonly partition: number;
  /** Its number within its segment, from 0. */
  readonly place: number;
  readonly source: string;
  readonly pass: number;
  readonly appended_at: string;
  readonly cluster: string;
  /** Columns of the row, as the source wrote them: nothing is lost on the way (promise L4). */
  readonly timestamp: string;
  readonly metric_name: string;
  readonly gpu_id: string;
  readonly device: string;
  readonly uuid: string;
  readonly modelName: string;
  readonly Hostname: string;
  readonly container: string;
  readonly pod: string;
  readonly namespace: string;
  readonly value: string;
  readonly labels_raw: string;
  /** Columns beyond those; absent when there are none. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** The columns that are the same for all events of a series, but for the value between them. */
const columnsOf = ({
  metric,
  gpuIndex,
  device,
  uuid,
  modelName,
  hostname,
  container,
  pod,
  namespace,
  labels,
  extra,
}: Series) => ({
  before: {
    metric_name: metric,
    gpu_id: gpuIndex,
    device,
    uuid,
    modelName,
    container,
    pod,
    namespace,
    Hostname: hostname,
  },
  behind: { labels_raw: labels, ...(extra.length > 0 && { extra: Object.fromEntries(extra) }) },
});

/** The events of a segment that pass a filter, in their order. */
export function* eventRows(
  { revision, partition }: Pick<LogEntry, 'revision' | 'partition'>,
  segment: Segment,
  filter: EventFilter,
): Generator<EventRow, void, undefined> {
  const { header, samples } = segment;
  const times = samples.times.map(({ at, text }) => text ?? formatInstant(at));
  const columns = samples.series.map(columnsOf);
  const standing = {
    revision: String(revision),
    partition,
    source: header.source,
    pass: header.pass,
    appended_at: formatInstant(header.appendedAt),
    cluster: header.cluster,
  };
  for (const place of placesPassing(segment, filter)) {
    const { before, behind } = columns[samples.seriesAt[place]!]!;
    yield {
      ...standing,
      place,
      timestamp: times[samples.timeAt[place]!]!,
      ...before,
      value: samples.texts.get(place) ?? String(samples.values[place]!),
      ...behind,
    };
  }
}
