import { type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type Series } from '../../domain/segment/segment.js';
import { clipped } from '../documents/clip.document.js';
import { latestLimits } from './latest.document.js';
import { type DeviceState, full, type LatestState } from './latest-state.js';

const samePlace = (device: DeviceState, series: Series): boolean =>
  device.gpuIndex === clipped(series.gpuIndex) && device.device === clipped(series.device);

const sameHolder = (device: DeviceState, series: Series): boolean =>
  device.container === clipped(series.container) &&
  device.pod === clipped(series.pod) &&
  device.namespace === clipped(series.namespace);

/** True when the series says of place and holder what is known already. */
export const asKnown = (device: DeviceState, series: Series): boolean =>
  samePlace(device, series) && sameHolder(device, series);

const move = (device: DeviceState, series: Series, until: Instant): void => {
  device.moves.push({ until, gpuIndex: device.gpuIndex, device: device.device });
  if (device.moves.length > latestLimits.moves) {
    device.moves.shift();
    device.movesDropped++;
  }
  device.gpuIndex = clipped(series.gpuIndex);
  device.device = clipped(series.device);
  device.version++;
};

const handOver = (device: DeviceState, series: Series, since: Instant): void => {
  device.container = clipped(series.container);
  device.pod = clipped(series.pod);
  device.namespace = clipped(series.namespace);
  device.heldSince = since;
  device.version++;
};

/** An event of a series that says of place and holder what is known already; see {@link see}. */
export const seeAsKnown = (device: DeviceState, at: Instant, revision: Revision): boolean => {
  if (at < device.seenAt) return false;
  device.seenAt = at;
  device.seenIn = revision;
  return true;
};

/** An event of a revision was seen at this effective time. False when a newer one was seen before: then it says nothing of now. */
export const see = (device: DeviceState, series: Series, at: Instant, revision: Revision): boolean => {
  if (!seeAsKnown(device, at, revision)) return false;
  if (!samePlace(device, series)) move(device, series, at);
  if (!sameHolder(device, series)) handOver(device, series, at);
  return true;
};

/** The row of a metric; undefined before its first value. They are few, and a table of them is asked once. */
export const rowOf = ({ metrics }: DeviceState, metric: MetricName): number | undefined => {
  const row = metrics.indexOf(metric);
  return row < 0 ? undefined : row;
};

/** The row for the first value of a metric; undefined when the document is full. */
export const addMetric = (state: LatestState, device: DeviceState, metric: MetricName): number | undefined => {
  if (full(state, metric)) return undefined;
  const row = device.metrics.push(metric) - 1;
  state.metrics.add(metric);
  state.values++;
  return row;
};

/** What a sample is, apart from its metric. */
export interface Reading {
  readonly value: number;
  readonly observed: Instant;
  readonly effective: Instant;
}

export const setRow = (device: DeviceState, row: number, { value, observed, effective }: Reading): void => {
  device.values[row] = value;
  device.observed[row] = observed;
  device.effective[row] = effective;
};
