import type * as t from 'io-ts';
import { type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type Numbering, numbering } from '../documents/tables.document.js';
import { type LatestDevice, type LatestDocument } from './latest-device.document.js';
import { type LatestDeviceWire, LatestWire } from './latest-wire.document.js';

/** A column of one number again and again is stored as one of them. */
const onceIfSame = (column: readonly number[]): number[] =>
  column.length > 1 && column.every((number) => number === column[0]) ? [column[0]!] : [...column];

const deviceToWire = (
  d: LatestDevice,
  revision: Revision,
  metrics: Numbering<MetricName>,
  times: Numbering<Instant>,
): LatestDeviceWire => {
  const observed = d.observed.map(times.of);
  const numbers = d.metrics.map(metrics.of);
  const moves = d.moves.map(({ until, gpuIndex, device }): MoveWire => [times.of(until), gpuIndex, device]);
  return {
    uuid: d.uuid,
    at: [d.gpuIndex, d.device],
    by: [d.container, d.pod, d.namespace, times.of(d.heldSince)],
    seen: times.of(d.seenAt),
    values: [...d.values],
    observed: onceIfSame(observed),
    ...(numbers.every((number, row) => number === row) ? {} : { metrics: numbers }),
    ...(d.effective.every((at, row) => at === d.observed[row]) ? {} : { effective: d.effective.map(times.of) }),
    ...(moves.length === 0 ? {} : { moves }),
    ...(d.movesDropped === 0 ? {} : { dropped: d.movesDropped }),
    ...(d.seenIn === revision ? {} : { before: Number(revision - d.seenIn) }),
  };
};

type MoveWire = NonNullable<LatestDeviceWire['moves']>[number];

export const latestToWire = (document: LatestDocument): t.OutputOf<typeof LatestWire> => {
  const metrics = numbering<MetricName>();
  const times = numbering<Instant>();
  const devices = document.devices.map((device) => deviceToWire(device, document.revision, metrics, times));
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
