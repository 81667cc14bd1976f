import { type Partition } from '../../domain/ids.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type FleetHealth } from '../model/fleet.js';
import { type DeviceHealth } from '../model/health-model.js';
import { type Gateway } from '../queries/gateway.js';
import { type HealthEvent } from '../queries/health-event.js';
import { eventsOfDevice } from '../queries/health-events.js';

/** An event that has begun, or is over. */
export interface HealthChange {
  readonly change: 'began' | 'ended';
  readonly event: HealthEvent;
}

type Listener = (changes: readonly HealthChange[]) => void;
type Nexts = ReadonlyMap<Partition, Revision>;

/** Milliseconds between two looks. */
const everyMs = 1_000;

/**
 * Tells of events that begin and end as long as somebody listens, once for all of them. What is new goes by the revision
 * of the segment that made it known, against how far the documents had been folded at the last look: a generation that was
 * built anew has the same revisions, so nothing that it has folded again is told (promise R4).
 */
export class HealthChanges {
  readonly #listeners = new Set<Listener>();
  #told: Nexts = new Map();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly gateway: Pick<Gateway, 'fleet'>) {}

  /** Call the answer to end it. */
  subscribe(listener: Listener): () => void {
    if (this.#listeners.size === 0) this.#begin();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearInterval(this.#timer);
    };
  }

  #begin(): void {
    this.#told = this.gateway.fleet().health?.nexts ?? new Map<Partition, Revision>();
    this.#timer = setInterval(() => this.look(), everyMs).unref();
  }

  look(): void {
    const { health } = this.gateway.fleet();
    if (!health) return;
    const changes = this.#changesIn(health);
    this.#told = health.nexts;
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
  }

  #changesIn({ documents, nexts }: FleetHealth): readonly HealthChange[] {
    // The first generation of all, which was built meanwhile, is not news.
    if (this.#told.size === 0) return [];
    return documents.devices().flatMap((device) => {
      const from = this.#told.get(device.partition) ?? beginning;
      const to = nexts.get(device.partition) ?? beginning;
      return device.document.revision < from
        ? []
        : this.#changesOf(device, (at) => at !== null && from <= at && at < to);
    });
  }

  #changesOf(device: DeviceHealth, isNew: (at: Revision | null) => boolean): readonly HealthChange[] {
    const events = (which: 'began' | 'ended') =>
      eventsOfDevice(this.gateway.fleet(), device, (episode) => isNew(episode[which]));
    return (['began', 'ended'] as const).flatMap((change) => events(change).map((event) => ({ change, event })));
  }
}
