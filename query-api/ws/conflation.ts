import { type LiveUpdate } from '../live/live-update.js';

/** An update and how many older ones of the same device it stands for. */
export interface Conflated {
  readonly update: LiveUpdate;
  readonly skipped: number;
}

/**
 * What waits for a subscriber: the newest update of each device, and no more than that (promise Q5). Devices are
 * served in the order in which they began to wait.
 */
export class Conflation {
  readonly #waiting = new Map<string, Conflated>();

  add(update: LiveUpdate): void {
    const name = `${update.cluster}\0${update.hostname}\0${update.uuid}`;
    const before = this.#waiting.get(name);
    this.#waiting.set(name, { update, skipped: before ? before.skipped + 1 : 0 });
  }

  /** The next one to send; it waits no longer. */
  take(): Conflated | undefined {
    const [first] = this.#waiting;
    if (first) this.#waiting.delete(first[0]);
    return first?.[1];
  }

  get size(): number {
    return this.#waiting.size;
  }
}
