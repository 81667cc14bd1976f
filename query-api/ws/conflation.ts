import { deviceKey } from '../../domain/device.js';
import { type Cursor } from '../../domain/position.js';
import { type LiveUpdate } from '../live/live-update.js';

/** An update and how many older ones of the same device it stands for. */
export interface Conflated {
  readonly update: LiveUpdate;
  readonly skipped: number;
  /** Whoever resumes behind it misses the newest update of no device; some may come again. It never goes back. */
  readonly cursor: Cursor;
}

interface Waiting {
  readonly update: LiveUpdate;
  readonly skipped: number;
  /** The last update before the one with which the device began to wait. */
  readonly before: Cursor | undefined;
}

/**
 * What waits for a subscriber: the newest update of each device, and no more than that (promise Q5). Devices are
 * served in the order in which they began to wait, so that none that changes often has to wait for ever.
 */
export class Conflation {
  readonly #waiting = new Map<string, Waiting>();
  #last: Cursor | undefined;

  add(update: LiveUpdate): void {
    const name = deviceKey(update);
    const { skipped, before } = this.#waiting.get(name) ?? { skipped: -1, before: this.#last };
    this.#waiting.set(name, { update, skipped: skipped + 1, before });
    this.#last = update.cursor;
  }

  /** For one that is sent without waiting, while nothing else waits. */
  pass(update: LiveUpdate): void {
    this.#last = update.cursor;
  }

  /** The next one to send; it waits no longer. */
  take(): Conflated | undefined {
    const [first] = this.#waiting;
    if (!first) return undefined;
    this.#waiting.delete(first[0]);
    const [next] = this.#waiting.values();
    const { update, skipped } = first[1];
    return { update, skipped, cursor: next?.before ?? this.#last ?? update.cursor };
  }

  get size(): number {
    return this.#waiting.size;
  }
}
