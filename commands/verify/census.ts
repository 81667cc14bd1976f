import { deviceKey, deviceOf, hostKey } from '../../domain/device.js';
import { type Segment } from '../../domain/segment/segment.js';
import { DistinctTimes } from './distinct-times.js';

/** How many things the log tells of. A record is one device at one observation time. */
export interface CensusCounts {
  readonly clusters: number;
  readonly hosts: number;
  readonly gpus: number;
  readonly records: number;
}

/** Counts clusters, hosts, devices and records over segments. */
export class Census {
  readonly #clusters = new Set<string>();
  readonly #hosts = new Set<string>();
  /** By cluster, host and UUID; a UUID that moved to another host is one GPU. */
  readonly #devices = new Map<string, DistinctTimes>();
  readonly #gpus = new Set<string>();

  add({ header, samples }: Segment): void {
    this.#clusters.add(header.cluster);
    const times = samples.series.map((series) => {
      const device = deviceOf(header.cluster, series);
      this.#hosts.add(hostKey(device));
      this.#gpus.add(`${device.cluster}\0${device.uuid}`);
      return this.#timesOf(deviceKey(device));
    });
    const instants = samples.times;
    for (let i = 0; i < samples.values.length; i++) {
      times[samples.seriesAt[i]!]!.add(instants[samples.timeAt[i]!]!.at);
    }
  }

  get counts(): CensusCounts {
    let records = 0;
    for (const times of this.#devices.values()) records += times.count;
    return { clusters: this.#clusters.size, hosts: this.#hosts.size, gpus: this.#gpus.size, records };
  }

  #timesOf(device: string): DistinctTimes {
    const known = this.#devices.get(device);
    if (known !== undefined) return known;
    const times = new DistinctTimes();
    this.#devices.set(device, times);
    return times;
  }
}
