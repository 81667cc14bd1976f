import { nextTick } from 'node:process';
import { setImmediate as breathe } from 'node:timers/promises';

/** Resolves when what has begun has gone on as far as it can without waiting for anything: after all microtasks. */
const over = (): Promise<void> => new Promise((resolve) => nextTick(resolve));

/** Milliseconds of one turn of the event loop that all pieces take together; in between others have their turn. */
const turnMs = 5;

/** The pieces of one work, each of which waits for its turn. */
export interface Waiting {
  /** Begins the next piece; false when none is left. */
  begin(): boolean;
}

class Round {
  readonly #waiting = new Set<Waiting>();
  #isGoing = false;

  add(waiting: Waiting): void {
    this.#waiting.add(waiting);
    if (this.#isGoing) return;
    this.#isGoing = true;
    void this.#go();
  }

  async #go(): Promise<void> {
    while (this.#waiting.size > 0) {
      await breathe();
      await this.#turn(performance.now() + turnMs);
    }
    this.#isGoing = false;
  }

  async #turn(until: number): Promise<void> {
    // Whoever is added again comes again.
    for (const one of this.#waiting) {
      this.#waiting.delete(one);
      if (one.begin()) this.#waiting.add(one);
      await over();
      if (performance.now() > until) return;
    }
  }
}

/** There is one event loop: works that are long have their pieces begun one after the other, going round. */
export const round = new Round();
