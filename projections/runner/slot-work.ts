import { type ModelPart } from '../../domain/read-model.js';
import { contentOf, isSamePart, type Slot } from './slots.js';

interface Running {
  readonly slot: Slot;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** Starts and stops the work on slots so that it follows what is wanted; one slot's works never overlap. */
export class SlotWork {
  readonly #work: (slot: Slot, stop: AbortSignal) => Promise<void>;
  readonly #failed: (error: unknown) => void;
  readonly #running = new Map<string, Running>();
  #wanted: ReadonlyMap<string, Slot> = new Map();

  /** @param failed told when a work throws, which it does only for what this process cannot survive */
  constructor(work: (slot: Slot, stop: AbortSignal) => Promise<void>, failed: (error: unknown) => void) {
    this.#work = work;
    this.#failed = failed;
  }

  get slots(): readonly Slot[] {
    return [...this.#wanted.values()];
  }

  want(slots: readonly Slot[]): void {
    this.#wanted = new Map(slots.map((slot) => [slot.key, slot]));
    for (const [key, { slot: running, stop }] of this.#running) {
      const slot = this.#wanted.get(key);
      if (slot === undefined || contentOf(slot) !== contentOf(running)) stop.abort();
    }
    for (const slot of slots) if (!this.#running.has(slot.key)) this.#start(slot);
  }

  /** True while a part is worked on, or is about to be. */
  covers(part: ModelPart): boolean {
    return [...this.#running.values()].some(({ slot }) => slot.parts.some((own) => isSamePart(own, part)));
  }

  /** Stops everything and waits for its end. */
  async end(): Promise<void> {
    this.want([]);
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #start(slot: Slot): void {
    const stop = new AbortController();
    const done = this.#work(slot, stop.signal)
      .catch(this.#failed)
      .then(() => {
        this.#running.delete(slot.key);
        const next = this.#wanted.get(slot.key);
        // A work that ended by itself has lost its membership or failed: the session decides what comes then.
        if (next !== undefined && stop.signal.aborted) this.#start(next);
      });
    this.#running.set(slot.key, { slot, stop, done });
  }
}
