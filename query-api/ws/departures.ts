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
  #gone = 0;

  add(departing: Departing): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#go());
    this.#waiting.push(departing);
  }

  #go(): void {
    const until = performance.now() + turnMs;
    do {
      const end = Math.min(this.#gone + together, this.#waiting.length);
      while (this.#gone < end) this.#waiting[this.#gone++]!.leave();
    } while (this.#gone < this.#waiting.length && performance.now() < until);
    if (this.#gone < this.#waiting.length) setImmediate(() => this.#go());
    else [this.#waiting, this.#gone] = [[], 0];
  }
}
