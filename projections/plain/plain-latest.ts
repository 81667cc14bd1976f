import { type MetricName } from '../../domain/ids.js';
import { clipped } from '../documents/clip.document.js';
import { latestDocument, latestLimits, latestPath } from '../gpu/latest.document.js';
import { type LatestDevice, type LatestDocument } from '../gpu/latest-device.document.js';
import { PlainDocuments } from './plain-documents.js';
import { eventsOf, type PlainEvent, type PlainFold } from './plain-fold.js';

/** Where the device stands and who holds it, as this event says. */
const whereabouts = ({ series }: PlainEvent) => ({
  gpuIndex: clipped(series.gpuIndex),
  device: clipped(series.device),
  container: clipped(series.container),
  pod: clipped(series.pod),
  namespace: clipped(series.namespace),
});

const newcomer = (event: PlainEvent): LatestDevice => ({
  uuid: event.device.uuid,
  ...whereabouts(event),
  heldSince: event.effective,
  seenAt: event.effective,
  seenIn: event.revision,
  ...{ moves: [], movesDropped: 0, metrics: [], values: [], observed: [], effective: [] },
});

/** The device after an event that is not older than any before. */
const seen = (known: LatestDevice, event: PlainEvent): LatestDevice => {
  const now = whereabouts(event);
  const at = event.effective;
  const moved = now.gpuIndex !== known.gpuIndex || now.device !== known.device;
  const handedOver = now.container !== known.container || now.pod !== known.pod || now.namespace !== known.namespace;
  const left = { until: at, gpuIndex: known.gpuIndex, device: known.device };
  const moves = moved ? [...known.moves, left] : known.moves;
  const dropped = Math.max(0, moves.length - latestLimits.moves);
  return {
    ...known,
    ...now,
    seenAt: at,
    seenIn: event.revision,
    heldSince: handedOver ? at : known.heldSince,
    moves: moves.slice(dropped),
    movesDropped: known.movesDropped + dropped,
  };
};

const put = <A>(column: readonly A[], row: number, entry: A): A[] => {
  const changed = [...column];
  changed[row] = entry;
  return changed;
};

const sampled = (
  known: LatestDevice,
  row: number,
  { series, value, observed, effective }: PlainEvent,
): LatestDevice => ({
  ...known,
  metrics: put(known.metrics, row, series.metric),
  values: put(known.values, row, value),
  observed: put(known.observed, row, observed),
  effective: put(known.effective, row, effective),
});

/** True when the document has no room for a first value of this metric. */
const full = ({ devices }: LatestDocument, metric: MetricName): boolean => {
  const metrics = devices.flatMap((device) => device.metrics);
  const distinct = new Set(metrics);
  return metrics.length >= latestLimits.values || (!distinct.has(metric) && distinct.size >= latestLimits.metrics);
};

const fold = (document: LatestDocument, event: PlainEvent): LatestDocument => {
  const { revision } = event;
  const truncated = document.truncated ? document : { ...document, revision, truncated: true };
  const at = document.devices.findIndex(({ uuid }) => uuid === event.device.uuid);
  if (at < 0 && document.devices.length >= latestLimits.devices) return truncated;
  const before = document.devices[at];
  let device = before ?? newcomer(event);
  if (event.effective >= device.seenAt) device = seen(device, event);
  const row = device.metrics.indexOf(event.series.metric);
  const noRoom = row < 0 && full(document, event.series.metric);
  if (row < 0 && !noRoom) device = sampled(device, device.metrics.length, event);
  else if (row >= 0 && event.effective >= device.effective[row]!) device = sampled(device, row, event);
  const start = noRoom ? truncated : document;
  if (device === before) return start;
  return { ...start, revision, devices: put(document.devices, at < 0 ? document.devices.length : at, device) };
};

/** The documents of {@link LatestDocument}. */
export const plainLatest = (): PlainFold => {
  const documents = new PlainDocuments(latestDocument);
  return {
    add: (logged) => {
      for (const event of eventsOf(logged)) {
        const { cluster, hostname } = event.device;
        const path = latestPath(cluster, hostname);
        const { revision } = event;
        const empty: LatestDocument = { revision, cluster, hostname, truncated: false, devices: [] };
        documents.put(path, fold(documents.get(path) ?? empty, event));
      }
    },
    documents: () => documents.stored(),
  };
};
