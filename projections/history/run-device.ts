import { type Device } from '../../domain/device.js';
import { type MetricName } from '../../domain/ids.js';
import { type Series } from '../../domain/segment/segment.js';

const noExtra: Series['extra'] = [];

/**
 * What history keeps of a series, by the run's number of it: which metric, and how the device stood and was called then.
 * A collector keeps one for every series, so it is small.
 */
export interface KeptSeries extends Pick<Series, 'metric' | 'gpuIndex' | 'device' | 'modelName'> {
  readonly number: number;
  /** The one before it of the same metric, which differs in what it was called. */
  readonly before: KeptSeries | undefined;
}

/** A kept series as samples name it. */
export const seriesOfKept = (
  { metric, gpuIndex, device, modelName }: KeptSeries,
  { uuid, hostname }: Device,
): Series => ({
  ...{ metric, gpuIndex, device, uuid, modelName, hostname },
  ...{ container: '', pod: '', namespace: '', labels: '', extra: noExtra },
});

const same = (a: KeptSeries, b: Series): boolean =>
  a.gpuIndex === b.gpuIndex && a.device === b.device && a.modelName === b.modelName;

/** A device within a run: its series by the run's numbers, and where its chain of events begins. */
export class RunDevice {
  /** The number of the device's last event in the run, from which each event names the one before; -1 for none. */
  lastEvent = -1;
  events = 0;
  private readonly newest = new Map<MetricName, KeptSeries>();

  constructor(readonly device: Device) {}

  /** The run's number of a series of this device; a new one is added to the run's table. */
  seriesNumber(series: Series, table: { readonly series: KeptSeries[] }): number {
    const { metric, gpuIndex, device, modelName } = series;
    const before = this.newest.get(metric);
    for (let known = before; known; known = known.before) if (same(known, series)) return known.number;
    const kept = { metric, gpuIndex, device, modelName, number: table.series.length, before };
    table.series.push(kept);
    this.newest.set(metric, kept);
    return kept.number;
  }
}
