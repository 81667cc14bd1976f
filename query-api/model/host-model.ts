import { hostKey } from '../../domain/device.js';
import { type Partition } from '../../domain/ids.js';
import { hostDocument, type HostDocument } from '../../projections/host/host.document.js';
import { type HostView } from './host-view.js';
import { Stored, type OnUnreadable } from './stored.js';
import { summariesOf } from './summaries.js';

const viewOf = ({ cluster, hostname, watermark, minutes }: HostDocument): HostView => {
  const newest = minutes.reduce<HostDocument['minutes'][number] | undefined>(
    (best, minute) => (best === undefined || minute[0] > best[0] ? minute : best),
    undefined,
  );
  return { cluster, hostname, lastSeen: watermark, lastMinute: summariesOf(newest?.[1] ?? []) };
};

/** The documents of one generation of the projection `host`. */
export class HostModel {
  readonly #hosts = new Map<string, { readonly stored: Stored<HostDocument>; view: HostView | undefined }>();

  constructor(private readonly onUnreadable: OnUnreadable) {}

  apply(_partition: Partition, path: readonly string[], value: Uint8Array | undefined): void {
    const [kind, cluster = '', hostname = ''] = path;
    if (kind !== 'hosts') return;
    const name = hostKey({ cluster, hostname });
    if (!value) this.#hosts.delete(name);
    else this.#hosts.set(name, { stored: new Stored(hostDocument, path, value, this.onUnreadable), view: undefined });
  }

  /** In no order. */
  hosts(): readonly HostView[] {
    return [...this.#hosts.values()].flatMap((entry) => {
      const document = entry.view ? undefined : entry.stored.get();
      if (document) entry.view = viewOf(document);
      return entry.view ? [entry.view] : [];
    });
  }
}
