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
  /** What ended by itself, by slot: it is not begun again. */
  readonly #ended = new Map<string, string>();
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
    this.#startFree();
  }

  /** Starts what is wanted, has not run yet as it is, and has no part in a work that is still ending. */
  #startFree(): void {
    for (const slot of this.#wanted.values()) {
      const free = !this.#running.has(slot.key) && !slot.parts.some((part) => this.covers(part));
      if (free && this.#ended.get(slot.key) !== contentOf(slot)) this.#start(slot);
    }
  }

  /** True while a part is worked on, or is about to be. */
  covers(part: ModelPart): boolean {
    return [...this.#running.values()].some(({ slot }) => slot.parts.some((own) => isSamePart(own, part)));
  }

  /** True for a part that is to be worked on, now or when a work that is ending has ended. */
  wants(part: ModelPart): boolean {
    return [...this.#wanted.values()].some(({ parts }) => parts.some((own) => isSamePart(own, part)));
  }

  /** Stops everything and waits for its end. */
  async end(): Promise<void> {
    this.want([]);
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #start(slot: Slot): void {
    const stop = new AbortController();
    this.#ended.delete(slot.key);
    const done = this.#work(slot, stop.signal)
      .catch(this.#failed)
      .then(() => {
        this.#running.delete(slot.key);
        // A work that ended by itself has lost its membership or failed: the session decides what comes then.
        if (!stop.signal.aborted) this.#ended.set(slot.key, contentOf(slot));
        this.#startFree();
      });
    this.#running.set(slot.key, { slot, stop, done });
  }
}
