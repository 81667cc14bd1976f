import { setImmediate as breathe } from 'node:timers/promises';
import { Places } from './places.js';
import { round, type Waiting } from './round.js';

/** Lists as short as this are made at once. */
const short = 100;

/** Works with long lists that go on at the same time at most: each of them holds all that it has made so far. */
const mostLong = 4;
const places = new Places(mostLong);

/** An item of a list, which may be yet to be made. */
export type Shown<Item> = Item | Promise<Item>;

/** A list that may be yet to be begun. */
export type ShownList<Item> = Shown<Item>[] | Promise<Shown<Item>[]>;

/** One work that is done in slices, so that a large one does not keep everybody else waiting for the whole of it. */
export class TimeSlices implements Waiting {
  used = 0;
  #waiting: (() => void)[] = [];
  #begun = 0;
  #place: Promise<() => void> | undefined;
  #isOver = false;

  /** @param signal aborted when nobody wants it any more: no further slice begins */
  constructor(readonly signal: AbortSignal) {}

  /** Begins the next slice; false when none is left. */
  begin(): boolean {
    this.#waiting[this.#begun++]?.();
    if (this.#begun < this.#waiting.length) return true;
    [this.#waiting, this.#begun] = [[], 0];
    return false;
  }

  /**
   * Resolves when the next slice may begin; they begin in the order in which they were asked for. Rejects with the
   * signal's reason when that is aborted.
   */
  next(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => (this.signal.aborted ? reject(this.signal.reason as Error) : resolve()));
      round.add(this);
    });
  }

  /** Resolves when no slice waits any more, and what has begun has asked for all that it needs. */
  async over(): Promise<void> {
    do await breathe();
    while (this.#waiting.length > 0);
  }

  /**
   * Each item of a list as it is shown, made when its turn comes where there are many: such a list is begun when the work
   * is one of the few that have one. It is one of them until its end.
   */
  each<Item, Made>(items: readonly Item[], show: (item: Item) => Made): ShownList<Made> {
    return items.length <= short ? items.map(show) : this.#eachOfMany(items, show);
  }

  async #eachOfMany<Item, Made>(items: readonly Item[], show: (item: Item) => Made): Promise<Shown<Made>[]> {
    await this.hasPlace();
    await this.next();
    return items.map(async (item) => {
      await this.next();
      return show(item);
    });
  }

  /** Whether it holds much, or waits for its place to. */
  get isLong(): boolean {
    return this.#place !== undefined;
  }

  /** Resolves when the work is one of the few that hold much; rejects with the signal's reason when that is aborted. */
  async hasPlace(): Promise<void> {
    if (!this.#isOver) this.#place ??= places.take();
    await this.#place;
    this.signal.throwIfAborted();
    if (this.#isOver) throw new Error('what was begun is over already');
  }

  /** The work is over, whatever came of it: another may take its place. What of it still comes gets none. */
  end(): void {
    this.#isOver = true;
    void this.#place?.then((giveBack) => giveBack());
  }
}
