import * as t from 'io-ts';
import { ClusterId, GpuUuid, Hostname, MetricName } from '../../domain/ids.js';
import { Instant } from '../../domain/instant.js';
import { Revision } from '../../domain/revision.js';
import { type LatestDevice, type LatestDocument } from './latest-device.document.js';

const numbers = t.array(t.number);

/** `metrics` numbers the document's table of metrics; `observed` and `effective` number its table of times. */
const DeviceWire = t.type({
  uuid: GpuUuid,
  /** Index and device name. */
  at: t.tuple([t.string, t.string]),
  /** Container, pod, namespace, and since when. */
  by: t.tuple([t.string, t.string, t.string, t.number]),
  seen: t.number,
  /** Until, index, device name. */
  moves: t.array(t.tuple([t.number, t.string, t.string])),
  dropped: t.number,
  metrics: numbers,
  values: numbers,
  observed: numbers,
  /** Empty where every one is equal to the observed time. */
  effective: numbers,
});
type DeviceWire = t.TypeOf<typeof DeviceWire>;

const Wire = t.type({
  revision: Revision,
  cluster: ClusterId,
  hostname: Hostname,
  truncated: t.boolean,
  metrics: t.array(MetricName),
  times: t.array(Instant),
  devices: t.array(DeviceWire),
});

/** Gives each distinct thing the number of its first appearance. */
const numbering = <A>(): { readonly table: A[]; readonly of: (thing: A) => number } => {
  const table: A[] = [];
  const known = new Map<A, number>();
  const of = (thing: A): number => {
    const found = known.get(thing);
    if (found !== undefined) return found;
    known.set(thing, table.length);
    return table.push(thing) - 1;
  };
  return { table, of };
};

const deviceToWire = (
  d: LatestDevice,
  metric: (name: MetricName) => number,
  time: (at: Instant) => number,
): DeviceWire => {
  const same = d.effective.every((at, i) => at === d.observed[i]);
  return {
    uuid: d.uuid,
    at: [d.gpuIndex, d.device],
    by: [d.container, d.pod, d.namespace, time(d.heldSince)],
    seen: time(d.seenAt),
    moves: d.moves.map((move) => [time(move.until), move.gpuIndex, move.device]),
    dropped: d.movesDropped,
    metrics: d.metrics.map(metric),
    values: [...d.values],
    observed: d.observed.map(time),
    effective: same ? [] : d.effective.map(time),
  };
};

const toWire = (document: LatestDocument): t.OutputOf<typeof Wire> => {
  const metrics = numbering<MetricName>();
  const times = numbering<Instant>();
  const devices = document.devices.map((device) => deviceToWire(device, metrics.of, times.of));
  const { revision, cluster, hostname, truncated } = document;
  return Wire.encode({ revision, cluster, hostname, truncated, metrics: metrics.table, times: times.table, devices });
};

/** The entry of a table; undefined, which no table holds, for a number beyond it is a damaged document. */
const entry = <A>(table: readonly A[], number: number): A => {
  const found = table[number];
  if (found === undefined) throw new RangeError(`entry ${number} of a table of ${table.length}`);
  return found;
};

const deviceOfWire = (w: DeviceWire, metrics: readonly MetricName[], times: readonly Instant[]): LatestDevice => {
  const observed = w.observed.map((time) => entry(times, time));
  const [container, pod, namespace, since] = w.by;
  return {
    uuid: w.uuid,
    gpuIndex: w.at[0],
    device: w.at[1],
    container,
    pod,
    namespace,
    heldSince: entry(times, since),
    seenAt: entry(times, w.seen),
    moves: w.moves.map(([until, gpuIndex, device]) => ({ until: entry(times, until), gpuIndex, device })),
    movesDropped: w.dropped,
    metrics: w.metrics.map((metric) => entry(metrics, metric)),
    values: w.values,
    observed,
    effective: w.effective.length === 0 ? observed.slice() : w.effective.map((time) => entry(times, time)),
  };
};

const isLatest = (value: unknown): value is LatestDocument =>
  typeof value === 'object' && value !== null && 'devices' in value;

/** Between the document and its JSON, in which every metric name and every time stands once. */
export const LatestWire = new t.Type<LatestDocument, t.OutputOf<typeof Wire>>(
  'LatestDocument',
  isLatest,
  (input, context) => {
    const wire = Wire.validate(input, context);
    if (wire._tag === 'Left') return wire;
    const { revision, cluster, hostname, truncated, metrics, times } = wire.right;
    try {
      const devices = wire.right.devices.map((device) => deviceOfWire(device, metrics, times));
      return t.success({ revision, cluster, hostname, truncated, devices });
    } catch (error) {
      return t.failure(input, context, String(error));
    }
  },
  toWire,
);
