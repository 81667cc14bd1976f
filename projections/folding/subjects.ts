import { type Device, deviceOf } from '../../domain/device.js';
import { type ClusterId, type Hostname, type MetricName } from '../../domain/ids.js';
import { type Segment, type Series } from '../../domain/segment/segment.js';

/** Who and what the series of a segment are about, as numbers, so that events are folded without looking at text. */
export interface Subjects {
  readonly hosts: readonly Hostname[];
  readonly metrics: readonly MetricName[];
  /** Each device once, with the number of its host. */
  readonly devices: readonly { readonly device: Device; readonly host: number }[];
  /** Each metric of each device once: by number of the slot. */
  readonly slots: { readonly device: Uint32Array; readonly metric: Uint32Array };
  /** By number of the series. */
  readonly hostAt: Uint32Array;
  readonly metricAt: Uint32Array;
  readonly deviceAt: Uint32Array;
  readonly slotAt: Uint32Array;
  /** The numbers of the series, device by device: see `seriesOf`. */
  readonly byDevice: Uint32Array;
  /** By number of the device, where its series begin in that; one more entry for the end. */
  readonly deviceStarts: Uint32Array;
}

/** Numbers keys in the order in which they come. */
class Numbering<K> {
  private readonly known = new Map<K, number>();

  /** The number of the key; `fresh` is called when it is new. */
  of(key: K, fresh: () => void): number {
    const found = this.known.get(key);
    if (found !== undefined) return found;
    fresh();
    const number = this.known.size;
    this.known.set(key, number);
    return number;
  }
}

const known = new WeakMap<readonly Series[], Map<ClusterId, Subjects>>();

/**
 * The same answer for the same table of series, as long as that is alive: several folds ask for it, and segments that
 * were decoded with one dictionary share their table.
 */
export const subjectsOf = ({ header: { cluster }, samples: { series } }: Segment): Subjects => {
  const byCluster = known.get(series) ?? new Map<ClusterId, Subjects>();
  known.set(series, byCluster);
  const subjects = byCluster.get(cluster) ?? numberSubjects(cluster, series);
  byCluster.set(cluster, subjects);
  return subjects;
};

const numberSubjects = (cluster: ClusterId, series: readonly Series[]): Subjects => {
  const [hosts, metrics]: [Hostname[], MetricName[]] = [[], []];
  const devices: { device: Device; host: number }[] = [];
  const [slotDevice, slotMetric]: [number[], number[]] = [[], []];
  const [hostNumber, metricNumber] = [new Numbering<string>(), new Numbering<string>()];
  const [deviceNumber, slotNumber] = [new Numbering<string>(), new Numbering<number>()];
  const column = () => new Uint32Array(series.length);
  const [hostAt, metricAt, deviceAt, slotAt] = [column(), column(), column(), column()];
  for (let s = 0; s < series.length; s++) {
    const one = series[s]!;
    const device = deviceOf(cluster, one);
    const host = hostNumber.of(device.hostname, () => hosts.push(device.hostname));
    const metric = metricNumber.of(one.metric, () => metrics.push(one.metric));
    const number = deviceNumber.of(`${host} ${device.uuid}`, () => devices.push({ device, host }));
    hostAt[s] = host;
    metricAt[s] = metric;
    deviceAt[s] = number;
    slotAt[s] = slotNumber.of(number * series.length + metric, () => {
      slotDevice.push(number);
      slotMetric.push(metric);
    });
  }
  const slots = { device: Uint32Array.from(slotDevice), metric: Uint32Array.from(slotMetric) };
  const numbers = { hostAt, metricAt, deviceAt, slotAt };
  return { hosts, metrics, devices, slots, ...numbers, ...byDevice(deviceAt, devices.length) };
};

/** Of each device together, in their order. */
const byDevice = (deviceAt: Uint32Array, devices: number): Pick<Subjects, 'byDevice' | 'deviceStarts'> => {
  const deviceStarts = new Uint32Array(devices + 1);
  for (const device of deviceAt) deviceStarts[device + 1]!++;
  for (let device = 0; device < devices; device++) deviceStarts[device + 1]! += deviceStarts[device]!;
  const next = deviceStarts.slice();
  const numbers = new Uint32Array(deviceAt.length);
  for (let s = 0; s < deviceAt.length; s++) numbers[next[deviceAt[s]!]!++] = s;
  return { byDevice: numbers, deviceStarts };
};

/** The numbers of a device's series. */
export const seriesOf = ({ byDevice, deviceStarts }: Subjects, device: number): Uint32Array =>
  byDevice.subarray(deviceStarts[device], deviceStarts[device + 1]);
