import { setImmediate as breathe } from 'node:timers/promises';

/** Milliseconds of one turn of the event loop that all pieces take together; in between others have their turn. */
const turnMs = 5;

/** Lists as short as this are made at once. */
const short = 100;

/** An item of a list, which may be yet to be made. */
export type Shown<Item> = Item | Promise<Item>;

/** The pieces of one work, each of which waits for its turn. */
interface Waiting {
  /** Begins the next piece; false when none is left. */
  begin(): boolean;
}

/** There is one event loop: works that are long have their pieces begun one after the other, going round. */
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
      // What has begun goes on in microtasks.
      await Promise.resolve();
      if (performance.now() > until) return;
    }
  }
}

const round = new Round();

/** One work that is done in pieces, so that a large one does not keep everybody else waiting for the whole of it. */
export class Pieces implements Waiting {
  #waiting: (() => void)[] = [];
  #begun = 0;

  /** @param signal aborted when nobody wants it any more: no further piece begins */
  constructor(readonly signal: AbortSignal) {}

  /** Begins the next piece; false when none is left. */
  begin(): boolean {
    this.#waiting[this.#begun++]?.();
    if (this.#begun < this.#waiting.length) return true;
    [this.#waiting, this.#begun] = [[], 0];
    return false;
  }

  /**
   * Resolves when the next piece may begin; they begin in the order in which they were asked for. Rejects with the
   * signal's reason when that is aborted. What begins without awaiting anything else counts for the time of a turn.
   */
  next(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => (this.signal.aborted ? reject(this.signal.reason as Error) : resolve()));
      round.add(this);
    });
  }

  /** Resolves when no piece waits any more, and what has begun has asked for all that it needs. */
  async over(): Promise<void> {
    do await breathe();
    while (this.#waiting.length > 0);
  }

  /** Each item of a list as it is shown, made when its turn comes where there are many. */
  each<Item, Made>(items: readonly Item[], show: (item: Item) => Made): Shown<Made>[] {
    if (items.length <= short) return items.map(show);
    return items.map(async (item) => {
      await this.next();
      return show(item);
    });
  }
}
