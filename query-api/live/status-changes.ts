import { type GpuUuid } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Gateway } from '../queries/gateway.js';
import { type Gpu, selectGpus } from '../queries/gpus.js';
import { type Status } from '../queries/status.js';
import { LookedFor } from './looked-for.js';

/** A GPU whose status is another than when it was last looked at. */
export interface StatusChange {
  readonly from: Status | undefined;
  readonly gpu: Gpu;
  /** When it was noticed. */
  readonly at: Instant;
}

/** GPUs whose status changes: with what is observed, and with the clock. */
export class StatusChanges {
  readonly #lookedFor = new LookedFor<StatusChange>(
    () => this.#know(this.#gpus()),
    () => this.#look(),
  );
  #known = new Map<GpuUuid, Status>();

  constructor(private readonly gateway: Pick<Gateway, 'fleet' | 'clock'>) {}

  /** Call the answer to end it. */
  subscribe(listener: (changes: readonly StatusChange[]) => void): () => void {
    return this.#lookedFor.subscribe(listener);
  }

  #gpus(): readonly Gpu[] {
    return selectGpus(this.gateway.fleet(), {}, this.gateway.clock());
  }

  #know(gpus: readonly Gpu[]): void {
    this.#known = new Map(gpus.map(({ view, status }) => [view.uuid, status]));
  }

  #look(): readonly StatusChange[] {
    const gpus = this.#gpus();
    const at = this.gateway.clock().now;
    const changes = gpus
      .map((gpu): StatusChange => ({ from: this.#known.get(gpu.view.uuid), gpu, at }))
      .filter(({ from, gpu }) => from !== gpu.status);
    this.#know(gpus);
    return changes;
  }
}
