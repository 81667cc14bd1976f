import { setImmediate as breathe } from 'node:timers/promises';

/**
 * Work of all partitions that may wait. They are fed by the same streams, so that what seldom comes comes to all of them
 * in the same second: it is done in pieces, one at a time, and between two whatever may not wait has its turn.
 */
export class Chores {
  #last: Promise<void> = Promise.resolve();

  /**
   * Does a chore behind those that were asked for before. No piece of it is begun when the signal has aborted.
   *
   * @param piece some milliseconds of it; true while more is left. Throws nothing
   */
  add(piece: () => boolean, signal: AbortSignal): Promise<void> {
    return (this.#last = this.#last.then(async () => {
      while (!signal.aborted && piece()) await breathe();
    }));
  }
}
