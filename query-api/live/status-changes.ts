import { type GpuUuid } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Gateway } from '../queries/gateway.js';
import { type Gpu, selectGpus } from '../queries/gpus.js';
import { type Status } from '../queries/status.js';

/** A GPU whose status is another than when it was last looked at. */
export interface StatusChange {
  readonly from: Status | undefined;
  readonly gpu: Gpu;
  /** When it was noticed. */
  readonly at: Instant;
}

/** Milliseconds between two looks: statuses change with the clock, too. */
const everyMs = 1_000;

type Listener = (changes: readonly StatusChange[]) => void;

/** Looks for changes of status as long as somebody listens, once for all of them. */
export class StatusChanges {
  readonly #listeners = new Set<Listener>();
  #known = new Map<GpuUuid, Status>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly gateway: Pick<Gateway, 'fleet' | 'clock'>) {}

  /** Call the answer to end it. */
  subscribe(listener: Listener): () => void {
    if (this.#listeners.size === 0) this.#begin();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearInterval(this.#timer);
    };
  }

  #gpus(): readonly Gpu[] {
    return selectGpus(this.gateway.fleet(), {}, this.gateway.clock());
  }

  #begin(): void {
    this.#known = new Map(this.#gpus().map(({ view, status }) => [view.uuid, status]));
    this.#timer = setInterval(() => this.look(), everyMs).unref();
  }

  look(): void {
    const gpus = this.#gpus();
    const at = this.gateway.clock().now;
    const changes = gpus
      .map((gpu): StatusChange => ({ from: this.#known.get(gpu.view.uuid), gpu, at }))
      .filter(({ from, gpu }) => from !== gpu.status);
    this.#known = new Map(gpus.map(({ view, status }) => [view.uuid, status]));
    if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
  }
}
