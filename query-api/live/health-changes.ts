import { type Partition } from '../../domain/ids.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type FleetHealth } from '../model/fleet.js';
import { type DeviceHealth } from '../model/health-model.js';
import { type Gateway } from '../queries/gateway.js';
import { type HealthEvent } from '../queries/health-event.js';
import { eventsOfDevice } from '../queries/health-events.js';
import { LookedFor } from './looked-for.js';

/** An event that has begun, or is over. */
export interface HealthChange {
  readonly change: 'began' | 'ended';
  readonly event: HealthEvent;
}

type Nexts = ReadonlyMap<Partition, Revision>;

/**
 * Events that begin and end. What is new goes by the revision of the segment that made it known, against how far the
 * documents had been folded at the last look: a generation that was built anew has the same revisions, so nothing that
 * it has folded again is told (promise R4).
 */
export class HealthChanges {
  readonly #lookedFor = new LookedFor<HealthChange>(
    () => this.#begin(),
    () => this.#look(),
  );
  #told: Nexts = new Map();

  constructor(private readonly gateway: Pick<Gateway, 'fleet'>) {}

  /** Call the answer to end it. */
  subscribe(listener: (changes: readonly HealthChange[]) => void): () => void {
    return this.#lookedFor.subscribe(listener);
  }

  #begin(): void {
    this.#told = this.gateway.fleet().health?.nexts ?? new Map<Partition, Revision>();
  }

  #look(): readonly HealthChange[] {
    const { health } = this.gateway.fleet();
    if (!health) return [];
    const changes = this.#changesIn(health);
    this.#told = health.nexts;
    return changes;
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
