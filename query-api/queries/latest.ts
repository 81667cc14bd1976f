import { type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type DeviceView } from '../model/device-view.js';

/** The last known value of every metric of a device as one record. */
export interface LatestRecord {
  readonly view: DeviceView;
  /** The newest of the times; undefined when none of the metrics asked for was ever sampled. */
  readonly at: Instant | undefined;
  readonly values: ReadonlyMap<MetricName, number>;
  readonly observedAt: ReadonlyMap<MetricName, Instant>;
}

/** @param asked only these metrics; all when undefined */
export const latestRecord = (view: DeviceView, asked: ReadonlySet<MetricName> | undefined): LatestRecord => {
  const wanted = [...view.latest].filter(([metric]) => asked?.has(metric) ?? true);
  const times = wanted.map(([, { observed }]) => observed);
  return {
    view,
    at: times.length === 0 ? undefined : times.reduce((a, b) => (a > b ? a : b)),
    values: new Map(wanted.map(([metric, { value }]) => [metric, value])),
    observedAt: new Map(wanted.map(([metric, { observed }]) => [metric, observed])),
  };
};
