const bytesPerEvent = 16;

/** Of a series, of a time: below 2^21. A run ends with the segment that brings it to 250,000 events, and one has 2^20. */
const numberBits = 21;
const numberMask = 2 ** numberBits - 1;
/** Of a time's number, those that stand beside the series in a word of 32 bits. */
const lowBits = 32 - numberBits;
const highBits = numberBits - lowBits;
const highMask = 2 ** highBits - 1;

/** Numbers of series and times are below this, and no event is further behind the one before of its device. */
export const mostNumbered = 2 ** numberBits;

/**
 * So many events in the order of the log, each in 16 bytes that stand together, since they are read together and not in
 * this order: its value, then 64 bits with its series, its time, and how far before it the one before of its device is.
 */
export class RunBlock {
  readonly #values: Float64Array;
  readonly #words: Uint32Array;

  constructor(events: number) {
    this.#values = new Float64Array(events * 2);
    this.#words = new Uint32Array(this.#values.buffer);
  }

  static bytesOf(events: number): number {
    return events * bytesPerEvent;
  }

  set(place: number, value: number, series: number, time: number, back: number): void {
    this.#values[place * 2] = value;
    this.#words[place * 4 + 2] = series | (time << numberBits);
    this.#words[place * 4 + 3] = (time >>> lowBits) | (back << highBits);
  }

  value(place: number): number {
    return this.#values[place * 2]!;
  }

  series(place: number): number {
    return this.#words[place * 4 + 2]! & numberMask;
  }

  time(place: number): number {
    return (this.#words[place * 4 + 2]! >>> numberBits) | ((this.#words[place * 4 + 3]! & highMask) << lowBits);
  }

  back(place: number): number {
    return this.#words[place * 4 + 3]! >>> highBits;
  }
}
