import { type ClusterId, type GpuUuid, type Hostname, type Partition } from '../../domain/ids.js';
import { healthDocument, type HealthDocument } from '../../projections/health/health.document.js';
import { Stored, type OnUnreadable } from './stored.js';

/** What is and was wrong with one device, and the partition of its log. */
export interface DeviceHealth {
  readonly partition: Partition;
  readonly document: HealthDocument;
}

/** The device: a GPU that was on several hosts is several. */
export interface DeviceName {
  readonly cluster: ClusterId;
  readonly hostname: Hostname;
  readonly uuid: GpuUuid;
}

const nameOf = (cluster: string, hostname: string, uuid: string): string => `${cluster}\0${hostname}\0${uuid}`;

/** The documents of one generation of the projection `health`. */
export class HealthModel {
  readonly #devices = new Map<string, { readonly partition: Partition; readonly stored: Stored<HealthDocument> }>();

  constructor(private readonly onUnreadable: OnUnreadable) {}

  apply(partition: Partition, path: readonly string[], value: Uint8Array | undefined): void {
    const [kind, cluster = '', hostname = '', uuid = ''] = path;
    if (kind !== 'health') return;
    const name = nameOf(cluster, hostname, uuid);
    if (value)
      this.#devices.set(name, { partition, stored: new Stored(healthDocument, path, value, this.onUnreadable) });
    else this.#devices.delete(name);
  }

  /** Undefined for a device that was always well. */
  of({ cluster, hostname, uuid }: DeviceName): HealthDocument | undefined {
    return this.#devices.get(nameOf(cluster, hostname, uuid))?.stored.get();
  }

  /** The devices that were not always well, in no order. */
  devices(): readonly DeviceHealth[] {
    return [...this.#devices.values()].flatMap(({ partition, stored }) => {
      const document = stored.get();
      return document ? [{ partition, document }] : [];
    });
  }
}
