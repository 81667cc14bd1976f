import { type ObservedTime } from '../../domain/segment/segment.js';

/** The times of a batch, each once. Those without a text of their own, which is nearly all, are found by instant. */
export class TimeTable {
  readonly all: ObservedTime[] = [];
  readonly #plain = new Map<bigint, number>();
  readonly #worded = new Map<string, number>();

  numberOf(time: ObservedTime): number {
    const found =
      time.text === undefined ? this.#plain.get(time.at) : this.#worded.get(`${String(time.at)} ${time.text}`);
    if (found !== undefined) return found;
    const number = this.all.push(time) - 1;
    if (time.text === undefined) this.#plain.set(time.at, number);
    else this.#worded.set(`${String(time.at)} ${time.text}`, number);
    return number;
  }
}
