import { hostKey } from '../../domain/device.js';
import { type GpuUuid, type Partition } from '../../domain/ids.js';
import { deviceDocument, type DeviceDocument } from '../../projections/gpu/device.document.js';
import { type LatestDocument } from '../../projections/gpu/latest-device.document.js';
import { latestDocument } from '../../projections/gpu/latest.document.js';
import { type DeviceView } from './device-view.js';
import { deviceViews } from './device-views.js';
import { Stored, type OnUnreadable } from './stored.js';

interface HostEntry {
  latest: Stored<LatestDocument> | undefined;
  readonly identities: Map<string, Stored<DeviceDocument>>;
  /** Made when asked for, forgotten when one of the documents changes. */
  views: readonly DeviceView[] | undefined;
}

/** The documents of one generation of the projection `gpu`, by host. */
export class GpuModel {
  readonly #hosts = new Map<string, HostEntry>();

  constructor(private readonly onUnreadable: OnUnreadable) {}

  #entry(cluster: string, hostname: string): HostEntry {
    const name = hostKey({ cluster, hostname });
    const found = this.#hosts.get(name) ?? { latest: undefined, identities: new Map(), views: undefined };
    this.#hosts.set(name, found);
    found.views = undefined;
    return found;
  }

  /** A document has changed; one without a value is gone. Paths of an unknown kind are a newer version's business. */
  apply(_partition: Partition, path: readonly string[], value: Uint8Array | undefined): void {
    const [kind, cluster = '', hostname = '', uuid = ''] = path;
    if (kind === 'latest')
      this.#entry(cluster, hostname).latest = value && new Stored(latestDocument, path, value, this.onUnreadable);
    if (kind !== 'devices') return;
    const { identities } = this.#entry(cluster, hostname);
    if (value) identities.set(uuid, new Stored(deviceDocument, path, value, this.onUnreadable));
    else identities.delete(uuid);
  }

  #viewsOf(entry: HostEntry): readonly DeviceView[] {
    const latest = entry.latest?.get();
    if (!latest) return [];
    const identities = new Map<GpuUuid, DeviceDocument>();
    for (const [uuid, stored] of entry.identities) {
      const identity = stored.get();
      if (identity) identities.set(uuid as GpuUuid, identity);
    }
    return deviceViews(latest, identities);
  }

  /** Every device on every host where it was ever seen, in no order. */
  devices(): readonly DeviceView[] {
    return [...this.#hosts.values()].flatMap((entry) => (entry.views ??= this.#viewsOf(entry)));
  }
}
