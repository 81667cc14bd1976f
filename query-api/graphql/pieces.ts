import { setImmediate as breathe } from 'node:timers/promises';
import { GraphQLError } from 'graphql';

/** Milliseconds of one turn of the event loop that long answers take together; in between others are answered. */
const turnMs = 5;

/** Lists as short as this are made at once. */
const short = 100;

export const nobodyThere = (): GraphQLError => new GraphQLError('Nobody is there any more to be answered.');

/** An item of a list, which may be yet to be made. */
export type Shown<Item> = Item | Promise<Item>;

/** The pieces of one answer, each of which waits for its turn. */
interface Waiting {
  /** Begins the next piece; false when none is left. */
  begin(): boolean;
}

/** There is one event loop: whose answers are long have their pieces begun one after the other, going round. */
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

/** One answer that is made in pieces, so that a large one does not keep everybody else waiting for the whole of it. */
export class Pieces implements Waiting {
  #waiting: (() => void)[] = [];
  #begun = 0;

  /** @param signal aborted when the client is gone: nothing more is made for it */
  constructor(private readonly signal: AbortSignal) {}

  /** Begins the next piece; false when none is left. */
  begin(): boolean {
    this.#waiting[this.#begun++]?.();
    if (this.#begun < this.#waiting.length) return true;
    [this.#waiting, this.#begun] = [[], 0];
    return false;
  }

  /** Resolves when the next piece may begin; they begin in the order in which they were asked for. Throws when gone. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      round.add(this);
    });
    if (this.signal.aborted) throw nobodyThere();
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
