import { type Series } from './segment.js';
import { type SeriesMetrics } from './series-column.js';

/** A dictionary's block as it stands in a segment, and what the segment's columns need to know of it. */
export interface WrittenDictionary extends SeriesMetrics {
  readonly block: Uint8Array;
}

interface Held {
  readonly series: readonly Series[];
  readonly written: WrittenDictionary;
}

/** Held of all together: as many as a reader's dictionary has at most. A series takes some 15 bytes. */
const mostHeld = 128 * 1024;

/**
 * Dictionaries that a writer of segments has written, so that one which repeats another takes its block as it is. They
 * are known by the very series, and held as long as the first of them lives: those of one reader live equally long.
 */
export class WrittenDictionaries {
  /** By the first series. */
  #held = new WeakMap<Series, Held>();
  #series = 0;

  /**
   * The dictionary of these series, by `write` when it is not held. What `write` throws is not kept.
   *
   * @param series a list that never changes
   */
  get(series: readonly Series[], write: () => WrittenDictionary): WrittenDictionary {
    const first = series[0];
    if (first === undefined || series.length > mostHeld) return write();
    const held = this.#held.get(first);
    if (held && isOf(held, series)) return held.written;
    const written = write();
    this.#keep(first, { series, written });
    return written;
  }

  #keep(first: Series, held: Held): void {
    this.#series += held.series.length;
    if (this.#series > mostHeld) [this.#held, this.#series] = [new WeakMap(), held.series.length];
    this.#held.set(first, held);
  }
}

const isOf = ({ series: known }: Held, series: readonly Series[]): boolean => {
  if (known.length !== series.length) return false;
  for (let at = 0; at < known.length; at++) if (known[at] !== series[at]) return false;
  return true;
};
