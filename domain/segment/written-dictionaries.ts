import { type NumberedSeries, type SeriesNames } from './segment.js';
import { type SeriesMetrics } from './series-column.js';

/** A dictionary's block as it stands in a segment, and what the segment's columns need to know of it. */
export interface WrittenDictionary extends SeriesMetrics {
  readonly block: Uint8Array;
}

interface Held {
  readonly numbers: Uint32Array;
  readonly written: WrittenDictionary;
}

/** Held of all together: as many as a reader's dictionary has at most. A series takes some ten bytes. */
const mostHeld = 128 * 1024;

/**
 * Dictionaries that a writer of segments has written, so that one which repeats another takes its block as it is. They
 * are known by the places of their series in a list, and given up with it.
 */
export class WrittenDictionaries {
  /** By the list, and the first of its series. */
  #held = new WeakMap<SeriesNames, Map<number, Held>>();
  #series = 0;

  /**
   * The dictionary of these series, by `write` when it is not held, or they come from no list. What `write` throws is not
   * kept.
   */
  get(series: NumberedSeries | undefined, write: () => WrittenDictionary): WrittenDictionary {
    const numbers = series?.numbers;
    const first = numbers?.[0];
    if (series === undefined || numbers === undefined || first === undefined || numbers.length > mostHeld)
      return write();
    const held = this.#held.get(series.list)?.get(first);
    if (held && bytesOf(held.numbers).equals(bytesOf(numbers))) return held.written;
    const written = write();
    this.#keep(series.list, { numbers: numbers.slice(), written });
    return written;
  }

  #keep(list: SeriesNames, held: Held): void {
    this.#series += held.numbers.length;
    if (this.#series > mostHeld) [this.#held, this.#series] = [new WeakMap(), held.numbers.length];
    const ofList = this.#held.get(list) ?? new Map<number, Held>();
    this.#held.set(list, ofList.set(held.numbers[0]!, held));
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
