import { type ObservedTime } from '../../../domain/segment/segment.js';

const quote = 0x22;
const comma = 0x2c;
const longestTime = 64;

/** The time that rows begin with: as bytes with its opening quote, as text, and what it means. */
export interface RowTime {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly observed: ObservedTime;
}

/** Reads the times that rows begin with; rows of the same time, which follow one another as a rule, share what it means. */
export class RowTimes {
  #last: RowTime | undefined;

  /** @param timeOf what the text of a time means; undefined for none */
  constructor(private readonly timeOf: (text: string) => ObservedTime | undefined) {}

  /** The time that stands at a place; undefined where there is none. */
  at(bytes: Buffer, at: number): RowTime | undefined {
    const from = bytes[at] === quote ? at + 1 : at;
    const limit = Math.min(bytes.length, from + longestTime);
    let end = from;
    while (end < limit && bytes[end] !== quote && bytes[end] !== comma) end++;
    if (end === limit) return undefined;
    const known = this.#last?.bytes;
    if (known?.length === end - at && bytes.compare(known, 0, known.length, at, end) === 0) return this.#last;
    const text = bytes.toString('latin1', from, end);
    const observed = this.timeOf(text);
    if (observed === undefined) return undefined;
    this.#last = { bytes: Uint8Array.from(bytes.subarray(at, end)), text, observed };
    return this.#last;
  }
}
