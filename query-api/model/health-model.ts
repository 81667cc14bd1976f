import { deviceKey, type DeviceName } from '../../domain/device.js';
import { type Partition } from '../../domain/ids.js';
import { healthDocument, type HealthDocument } from '../../projections/health/health.document.js';
import { Stored, type OnUnreadable } from './stored.js';

/** What is and was wrong with one device, and the partition of its log. */
export interface DeviceHealth {
  readonly partition: Partition;
  readonly document: HealthDocument;
}

type Entries = ReadonlyMap<string, { readonly partition: Partition; readonly stored: Stored<HealthDocument> }>;

/** The documents at one moment, decoded when they are asked for: while a fleet is in trouble they change all the time. */
export class HealthAt {
  constructor(private readonly entries: Entries) {}

  /** Undefined for a device that was always well. */
  of(device: DeviceName): HealthDocument | undefined {
    return this.entries.get(deviceKey(device))?.stored.get();
  }

  /** The devices that were not always well, in no order. */
  devices(): readonly DeviceHealth[] {
    return [...this.entries.values()].flatMap(({ partition, stored }) => {
      const document = stored.get();
      return document ? [{ partition, document }] : [];
    });
  }
}

/** The documents of one generation of the projection `health`. */
export class HealthModel {
  #entries = new Map<string, { readonly partition: Partition; readonly stored: Stored<HealthDocument> }>();
  /** What was given out does not change: it is copied before the next change. */
  #given: HealthAt | undefined;

  constructor(private readonly onUnreadable: OnUnreadable) {}

  apply(partition: Partition, path: readonly string[], value: Uint8Array | undefined): void {
    const [kind, cluster = '', hostname = '', uuid = ''] = path;
    if (kind !== 'health') return;
    if (this.#given) this.#entries = new Map(this.#entries);
    this.#given = undefined;
    const name = deviceKey({ cluster, hostname, uuid });
    if (!value) this.#entries.delete(name);
    else this.#entries.set(name, { partition, stored: new Stored(healthDocument, path, value, this.onUnreadable) });
  }

  now(): HealthAt {
    return (this.#given ??= new HealthAt(this.#entries));
  }
}
