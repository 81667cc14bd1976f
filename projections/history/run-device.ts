import { type Device } from '../../domain/device.js';
import { type MetricName } from '../../domain/ids.js';
import { type Series } from '../../domain/segment/segment.js';

const noExtra: Series['extra'] = [];

/**
 * What history keeps of a series: which metric, and how the device stood and was called then. One literal, not several
 * spread into it: V8 would describe the shape of each object anew, and a collector keeps one for every series.
 */
const kept = ({ metric, gpuIndex, device, modelName }: Series, { uuid, hostname }: Device): Series => ({
  metric,
  gpuIndex,
  device,
  uuid,
  modelName,
  hostname,
  container: '',
  pod: '',
  namespace: '',
  labels: '',
  extra: noExtra,
});

const same = (a: Series, b: Series): boolean =>
  a.gpuIndex === b.gpuIndex && a.device === b.device && a.modelName === b.modelName;

/** A series by the run's number of it, and the one before it of the same metric, which differs in what it was called. */
interface Numbered {
  readonly series: Series;
  readonly number: number;
  readonly before: Numbered | undefined;
}

/** A device within a run: its series by the run's numbers, and where its chain of events begins. */
export class RunDevice {
  /** The number of the device's last event in the run, from which each event names the one before; -1 for none. */
  lastEvent = -1;
  events = 0;
  private readonly newest = new Map<MetricName, Numbered>();

  constructor(readonly device: Device) {}

  /** The run's number of a series of this device; a new one is added to the run's table. */
  seriesNumber(series: Series, table: { addSeries(series: Series): number }): number {
    const newest = this.newest.get(series.metric);
    for (let known = newest; known; known = known.before) if (same(known.series, series)) return known.number;
    const mine = kept(series, this.device);
    const number = table.addSeries(mine);
    this.newest.set(series.metric, { series: mine, number, before: newest });
    return number;
  }
}
