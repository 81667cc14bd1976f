import { type Device, deviceOf } from '../../domain/device.js';
import { type ClusterId, type GpuUuid } from '../../domain/ids.js';
import { type Samples } from '../../domain/segment/segment.js';

/** Where the events of one device stand in the order. */
interface Stretch {
  readonly device: Device;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** The numbers of the events of some samples, those of each device together, in the order of the samples. */
export interface EventsByGpu {
  readonly order: Uint32Array;
  /** A GPU that has moved may be several devices. */
  readonly stretches: ReadonlyMap<GpuUuid, readonly Stretch[]>;
}

interface Numbered {
  readonly devices: readonly Device[];
  /** Of each series, the number of its device. */
  readonly deviceAt: Uint32Array;
}

const numbered = (cluster: ClusterId, { series }: Samples): Numbered => {
  const devices: Device[] = [];
  const known = new Map<GpuUuid, number[]>();
  const deviceAt = Uint32Array.from(series, (one) => {
    const device = deviceOf(cluster, one);
    const same = known.get(device.uuid) ?? [];
    const found = same.find((number) => devices[number]!.hostname === device.hostname);
    if (found !== undefined) return found;
    known.set(device.uuid, [...same, devices.length]);
    return devices.push(device) - 1;
  });
  return { devices, deviceAt };
};

const sorted = (cluster: ClusterId, samples: Samples): EventsByGpu => {
  const { devices, deviceAt } = numbered(cluster, samples);
  const ends = new Uint32Array(devices.length + 1);
  for (const s of samples.seriesAt) ends[deviceAt[s]! + 1]!++;
  for (let device = 0; device < devices.length; device++) ends[device + 1]! += ends[device]!;
  const stretches = new Map<GpuUuid, Stretch[]>();
  devices.forEach((device, number) => {
    const stretch = { device, from: ends[number]!, to: ends[number + 1]! };
    stretches.set(device.uuid, [...(stretches.get(device.uuid) ?? []), stretch]);
  });
  const order = new Uint32Array(samples.seriesAt.length);
  samples.seriesAt.forEach((s, event) => (order[ends[deviceAt[s]!]!++] = event));
  return { order, stretches };
};

/** Worked out once for samples that are looked at again and again: four bytes for each event. */
const known = new WeakMap<Samples, EventsByGpu>();

/** Where the events of each GPU stand in some samples. */
export const eventsByGpu = (cluster: ClusterId, samples: Samples): EventsByGpu => {
  const events = known.get(samples) ?? sorted(cluster, samples);
  known.set(samples, events);
  return events;
};
