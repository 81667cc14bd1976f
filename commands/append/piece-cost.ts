import { type SeriesList } from '../../domain/segment/series-list.js';
import { type ReadBlock } from '../source/read-block.js';

/**
 * Of an event in the segment of its partition, at most: its value and its places in the columns, and its time, which
 * may be its own, with the text of an unusual form.
 */
const eventBytes = 80;
const usualTimeText = 40;
/** What stands beside the texts of a subject, and of a series, in a dictionary. */
const [subjectBytes, seriesBytes] = [64, 8];
/** A metric is named in each partition that has it. */
const mostPartitions = 64;
/** Beside a piece and a block more, an append has room for a dictionary of so many bytes. */
const mostDictionary = 384 * 1024;

/**
 * Bounds what blocks take in an append, whatever is in them (promise L7): by their text, or by their rows, of which most
 * texts repeat what the dictionary says once, where all that the reader's dictionary holds fits beside.
 */
export class PieceCost {
  #list: SeriesList | undefined;
  #subjects = 0;
  #metrics = 0;
  #bytes = 0;

  /** In bytes. */
  of({ from, to, texts, rejected, times, seriesAt, series }: ReadBlock): number {
    const isPlain =
      texts.size === 0 &&
      rejected.length === 0 &&
      times.every(({ text }) => text === undefined || text.length <= usualTimeText) &&
      this.#dictionary(series) <= mostDictionary;
    return isPlain ? Math.min(to - from, seriesAt.length * eventBytes) : to - from;
  }

  /** What the dictionaries of all series of a list take together, at most; what is far too much is not counted further. */
  #dictionary(list: SeriesList): number {
    if (list !== this.#list) [this.#list, this.#subjects, this.#metrics, this.#bytes] = [list, 0, 0, 0];
    for (; this.#metrics < list.metrics.length; this.#metrics++)
      this.#bytes += mostPartitions * (Buffer.byteLength(list.metrics[this.#metrics]!) + seriesBytes);
    for (; this.#subjects < list.subjects.length && this.#bytes <= mostDictionary; this.#subjects++) {
      const { uuid, texts, extra } = list.subjects[this.#subjects]!;
      this.#bytes += subjectBytes;
      for (const text of [uuid, ...texts, ...extra.flat()]) this.#bytes += Buffer.byteLength(text);
    }
    return this.#bytes + list.length * seriesBytes;
  }
}
