/** Milliseconds of one turn that messages may take to leave; what else there is to do has its turn in between. */
const turnMs = 5;
/** The clock is looked at once for so many. */
const together = 16;

/** What has messages that have yet to leave. */
export interface Departing {
  leave(): void;
}

/** Sockets whose messages wait for the end of this turn of the event loop, first come first served. */
export class Departures {
  #waiting: Departing[] = [];

  add(departing: Departing): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#go());
    this.#waiting.push(departing);
  }

  #go(): void {
    const until = performance.now() + turnMs;
    let gone = 0;
    do {
      const end = Math.min(gone + together, this.#waiting.length);
      while (gone < end) this.#waiting[gone++]!.leave();
    } while (gone < this.#waiting.length && performance.now() < until);
    // In each turn: where there is more than is ever done, one always waits.
    this.#waiting = this.#waiting.slice(gone);
    if (this.#waiting.length > 0) setImmediate(() => this.#go());
  }
}
