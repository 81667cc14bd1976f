import { type LiveUpdate } from './live-update.js';

/** Updates held at most; whoever comes to be so far behind reads them from the log. */
const mostHeld = 10_000;

/** What comes while a subscriber reads what came before, revision by revision; dropped when it comes to too much. */
export class HeldUpdates {
  #waiting: (readonly LiveUpdate[])[] = [];
  #count = 0;
  #overflown = false;

  add(updates: readonly LiveUpdate[]): void {
    if (this.#count > mostHeld) this.#overflow();
    if (this.#overflown) return;
    this.#waiting.push(updates);
    this.#count += updates.length;
  }

  #overflow(): void {
    this.#overflown = true;
    this.#waiting = [];
    this.#count = 0;
  }

  /** Whether what came since the last that was taken has been dropped, all of it. */
  get overflown(): boolean {
    return this.#overflown;
  }

  /** What came first, as it came; undefined when nothing waits. */
  take(): readonly LiveUpdate[] | undefined {
    const updates = this.#waiting.shift();
    this.#count -= updates?.length ?? 0;
    return updates;
  }
}
