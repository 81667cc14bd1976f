import { type Series } from './segment.js';
import { type SeriesMetrics } from './series-column.js';

/** A dictionary's block as it stands in a segment, and what the segment's columns need to know of it. */
export interface WrittenDictionary extends SeriesMetrics {
  readonly block: Uint8Array;
}

interface Held {
  readonly series: readonly WeakRef<Series>[];
  readonly written: WrittenDictionary;
}

/** Larger ones are not held: 16 partitions of 1,600 GPUs with ten metrics have none. */
const mostSeries = 1_024;
/** Held of all together. */
const mostHeld = 16 * mostSeries;

/**
 * Dictionaries that a writer of segments has written, so that one which repeats another takes its block as it is. They
 * are known by the very series, which are held weakly: what was written of series that are given up keeps none of them.
 */
export class WrittenDictionaries {
  /** By the first series. */
  #held = new WeakMap<Series, Held>();
  #series = 0;

  /** The dictionary of these series, by `write` when it is not held. What `write` throws is not kept. */
  get(series: readonly Series[], write: () => WrittenDictionary): WrittenDictionary {
    const first = series[0];
    if (first === undefined || series.length > mostSeries) return write();
    const held = this.#held.get(first);
    if (held && isOf(held, series)) return held.written;
    const written = write();
    this.#keep(first, { series: series.map((one) => new WeakRef(one)), written });
    return written;
  }

  #keep(first: Series, held: Held): void {
    this.#series += held.series.length;
    if (this.#series > mostHeld) [this.#held, this.#series] = [new WeakMap(), held.series.length];
    this.#held.set(first, held);
  }
}

const isOf = ({ series: known }: Held, series: readonly Series[]): boolean =>
  known.length === series.length && known.every((one, at) => one.deref() === series[at]);
