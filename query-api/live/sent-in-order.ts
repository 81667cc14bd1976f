import { type LiveUpdate } from './live-update.js';

/** Sends an update. Undefined when the next one may be sent at once; else it resolves then. */
export type Send = (update: LiveUpdate) => Promise<void> | undefined;

/** Updates on their way to one subscriber, in order; one that keeps up is sent each at once, without a promise. */
export class SentInOrder {
  /** What is being sent, up to which of them it has been, and what came meanwhile. */
  #sending: readonly LiveUpdate[] = [];
  #sent = 0;
  #waiting: LiveUpdate[] = [];
  #held = false;

  /** @param failed told of what `send` rejects with or throws: nothing more is sent then */
  constructor(
    private readonly send: Send,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** How many came while others are being sent. */
  get waiting(): number {
    return this.#waiting.length;
  }

  take(updates: readonly LiveUpdate[]): void {
    if (this.#held) {
      for (const update of updates) this.#waiting.push(update);
      return;
    }
    [this.#sending, this.#sent] = [updates, 0];
    this.#go();
  }

  /** Forgets what waits. */
  drop(): void {
    this.#waiting = [];
  }

  #go(): void {
    try {
      for (let update = this.#next(); update; update = this.#next()) {
        const sent = this.send(update);
        if (sent) return this.#goOnAfter(sent);
      }
    } catch (error) {
      this.#held = true;
      this.failed(error);
    }
  }

  #next(): LiveUpdate | undefined {
    if (this.#sent < this.#sending.length) return this.#sending[this.#sent++];
    this.#sending = this.#waiting;
    this.#waiting = [];
    this.#sent = 1;
    return this.#sending[0];
  }

  #goOnAfter(sent: Promise<void>): void {
    this.#held = true;
    sent.then(() => {
      this.#held = false;
      this.#go();
    }, this.failed);
  }
}
