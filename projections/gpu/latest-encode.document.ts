import type * as t from 'io-ts';
import { type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type LatestDevice, type LatestDocument } from './latest-device.document.js';
import { type LatestDeviceWire, LatestWire } from './latest-wire.document.js';

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
): LatestDeviceWire => {
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

export const latestToWire = (document: LatestDocument): t.OutputOf<typeof LatestWire> => {
  const metrics = numbering<MetricName>();
  const times = numbering<Instant>();
  const devices = document.devices.map((device) => deviceToWire(device, metrics.of, times.of));
  const { revision, cluster, hostname, truncated } = document;
  return LatestWire.encode({
    revision,
    cluster,
    hostname,
    truncated,
    metrics: metrics.table,
    times: times.table,
    devices,
  });
};
