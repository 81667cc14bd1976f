import { type Device } from '../../domain/device.js';
import { encodeSamples } from '../../domain/segment/encode.js';
import { type ObservedTime, type Samples, type Series } from '../../domain/segment/segment.js';
import { chunkDocument, type ChunkDocument, chunkEvents, fitsChunk } from '../history/chunk.document.js';
import { chunkPath } from '../history/chunk-path.document.js';
import { type RunLimits, runLimitsOf } from '../history/run-limits.document.js';
import { type StoredDocument } from '../projection.js';
import { eventsOf, grouped, type LoggedSegment, type PlainEvent, type PlainFold } from './plain-fold.js';

const seriesOf = ({ series, device }: PlainEvent): Series => ({
  ...{ metric: series.metric, gpuIndex: series.gpuIndex, device: series.device, modelName: series.modelName },
  ...{ uuid: device.uuid, hostname: device.hostname },
  ...{ container: '', pod: '', namespace: '', labels: '', extra: [] },
});

/** The number of a thing in a table, where it is added when it is new; things are the same when their JSON is. */
const numberIn = <A>(table: A[], known: Map<string, number>, thing: A): number => {
  const key = JSON.stringify(thing, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
  const number = known.get(key) ?? table.push(thing) - 1;
  known.set(key, number);
  return number;
};

const samplesOf = (events: readonly PlainEvent[]): Samples => {
  const [series, knownSeries] = [[] as Series[], new Map<string, number>()];
  const [times, knownTimes] = [[] as ObservedTime[], new Map<string, number>()];
  const seriesAt = Uint32Array.from(events, (event) => numberIn(series, knownSeries, seriesOf(event)));
  const timeAt = Uint32Array.from(events, ({ observed }) =>
    numberIn(times, knownTimes, { at: observed, text: undefined }),
  );
  return { series, times, seriesAt, timeAt, values: Float64Array.from(events, ({ value }) => value), texts: new Map() };
};

/** One device's events of a run: the last of each metric at each time, by time, then by metric in order of first sight. */
const settled = (events: readonly PlainEvent[]): PlainEvent[] => {
  const metrics = [...new Set(events.map(({ series }) => series.metric))];
  const last = new Map(events.map((event) => [`${event.observed} ${event.series.metric}`, event]));
  return [...last.values()].sort(
    (a, b) => compare(a.observed, b.observed) || metrics.indexOf(a.series.metric) - metrics.indexOf(b.series.metric),
  );
};

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

interface Part {
  readonly events: PlainEvent[];
  readonly samples: Samples;
}

const partsOf = (events: readonly PlainEvent[]): Part[] => {
  const parts: Part[] = [];
  for (let at = 0; at < events.length; at += chunkEvents) parts.push(...halved(events.slice(at, at + chunkEvents)));
  return parts;
};

const halved = (events: PlainEvent[]): Part[] => {
  const samples = samplesOf(events);
  if (fitsChunk(samples)) return [{ events, samples }];
  const middle = Math.ceil(events.length / 2);
  return [events.slice(0, middle), events.slice(middle)].flatMap(halved);
};

type Run = Pick<ChunkDocument, 'from' | 'revision'>;

const chunk = (
  run: Run,
  { cluster, hostname, uuid }: Device,
  part: number,
  { events, samples }: Part,
): StoredDocument => {
  const document: ChunkDocument = {
    ...{ ...run, cluster, hostname, uuid, part },
    first: events[0]!.observed,
    last: events.at(-1)!.observed,
    events: events.length,
    body: encodeSamples(samples),
  };
  return { path: chunkPath(document), value: chunkDocument.encode(document) };
};

const chunksOf = (run: readonly LoggedSegment[]): StoredDocument[] => {
  const bounds = { from: run[0]!.revision, revision: run.at(-1)!.revision };
  const devices = grouped(run.flatMap(eventsOf), ({ device: { cluster, hostname, uuid } }) =>
    JSON.stringify([cluster, hostname, uuid]),
  );
  return devices.flatMap((events) =>
    partsOf(settled(events)).map((part, number) => chunk(bounds, part.events[0]!.device, number, part)),
  );
};

const ended = (run: readonly LoggedSegment[], limits: RunLimits): boolean => {
  const bytes = run.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const events = run.reduce((sum, { segment }) => sum + segment.samples.values.length, 0);
  return bytes >= limits.bytes || events >= limits.events || run.length >= limits.segments;
};

/** The documents of {@link ChunkDocument}: only of runs that have ended. */
export const plainHistory = (version: number): PlainFold => {
  const limits = runLimitsOf(version);
  const chunks: StoredDocument[] = [];
  let run: LoggedSegment[] = [];
  return {
    add: (logged) => {
      run = [...run, logged];
      if (!ended(run, limits)) return;
      for (const document of chunksOf(run)) chunks.push(document);
      run = [];
    },
    documents: () => [...chunks],
  };
};
