/** Times in milliseconds, ascending, and for each line a value or null at each of them. */
export interface Series {
  readonly times: readonly number[];
  readonly lines: readonly (readonly (number | null)[])[];
}

interface Point {
  readonly line: number;
  readonly time: number;
  readonly value: number;
}

/** Values of some lines by time, that may come in any order and more than once: the later one counts. */
export class TimeSeries {
  #times: number[] = [];
  #lines: (number | null)[][];
  #waiting: Point[] = [];

  constructor(lines: number) {
    this.#lines = Array.from({ length: lines }, () => []);
  }

  add(line: number, time: number, value: number): void {
    this.#waiting.push({ line, time, value });
  }

  /** More lines than before, when more GPUs have appeared. */
  grow(lines: number): void {
    while (this.#lines.length < lines) this.#lines.push(this.#times.map(() => null));
  }

  /** Everything from a time on; what is older is forgotten. */
  from(start: number): Series {
    if (this.#waiting.length > 0) this.#merge();
    const old = this.#times.findIndex((time) => time >= start);
    const gone = old === -1 ? this.#times.length : old;
    if (gone > 0) {
      this.#times.splice(0, gone);
      for (const line of this.#lines) line.splice(0, gone);
    }
    return { times: this.#times, lines: this.#lines };
  }

  #merge(): void {
    const fresh = this.#waiting.sort((a, b) => a.time - b.time);
    this.#waiting = [];
    if (fresh[0]!.time < (this.#times.at(-1) ?? -Infinity)) this.#makeRoom(fresh);
    let at = 0;
    for (const { line, time, value } of fresh) {
      while (at < this.#times.length && this.#times[at]! < time) at = this.#skip(at, time);
      if (at === this.#times.length) this.#append(time);
      this.#lines[line]![at] = value;
    }
  }

  /** The next index that may hold the time: at once the end for what is newer than all. */
  #skip(at: number, time: number): number {
    return this.#times.at(-1)! < time ? this.#times.length : at + 1;
  }

  #append(time: number): void {
    this.#times.push(time);
    for (const line of this.#lines) line.push(null);
  }

  /** Times among those that are there, in one pass over both. */
  #makeRoom(fresh: readonly Point[]): void {
    const times = [...new Set([...this.#times, ...fresh.map(({ time }) => time)])].sort((a, b) => a - b);
    const places = new Map(this.#times.map((time, place) => [time, place]));
    this.#lines = this.#lines.map((line) => times.map((time) => line[places.get(time) ?? -1] ?? null));
    this.#times = times;
  }
}
