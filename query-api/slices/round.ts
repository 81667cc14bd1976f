import { nextTick } from 'node:process';
import { setImmediate as breathe } from 'node:timers/promises';

/** Resolves when what has begun has gone on as far as it can without waiting for anything: after all microtasks. */
const over = (): Promise<void> => new Promise((resolve) => nextTick(resolve));

/** Milliseconds of one turn of the event loop that all slices take together; in between others have their turn. */
const turnMs = 5;

/** The slices of one work, each of which waits for its turn. */
export interface Waiting {
  /** Milliseconds that its slices have taken; of one that comes later, no fewer than the others have by then. */
  used: number;
  /** Begins the next slice; false when none is left. */
  begin(): boolean;
}

class Round {
  readonly #waiting = new Set<Waiting>();
  /** What the one has used that was begun last. */
  #used = 0;
  #isGoing = false;

  add(waiting: Waiting): void {
    if (this.#waiting.has(waiting)) return;
    waiting.used = Math.max(waiting.used, this.#used);
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
    for (let since = performance.now(); since < until && this.#waiting.size > 0;) {
      const one = this.#least();
      this.#used = one.used;
      if (!one.begin()) this.#waiting.delete(one);
      await over();
      const now = performance.now();
      one.used += now - since;
      since = now;
    }
  }

  #least(): Waiting {
    let [least] = this.#waiting;
    for (const one of this.#waiting) if (one.used < least!.used) least = one;
    return least!;
  }
}

/** There is one event loop: of the works that wait, the one goes on whose slices have taken the least time of it. */
export const round = new Round();
