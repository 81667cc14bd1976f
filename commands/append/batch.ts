import { appendBounds } from '../../domain/append.js';
import { type SeriesList } from '../../domain/segment/series-list.js';
import { blockBounds, type ReadBlock } from '../source/read-block.js';
import { type Covered } from '../source/source.js';
import { PieceCost } from './piece-cost.js';

/** When a batch is cut, at the latest. */
export interface BatchLimits {
  /** Events and rejected records. */
  readonly rows: number;
  /** Milliseconds from a batch's first block. A block that says `drained` is not kept waiting at all. */
  readonly ms: number;
}

/** Consecutive blocks, and how the text up to their end is recognised again: a checkpoint may stand there. */
export interface Piece {
  readonly blocks: readonly ReadBlock[];
  readonly covered: Covered;
}

/** A piece is closed at this cost: with one block more than that it still fits one append, whatever is in it. */
const pieceBytes = 512 * 1024;

/** The bound on a batch's columns in memory, and on the new texts in it, whatever the number of rows. */
const weightBound = 4.5 * 1024 * 1024;
const weights = { event: 16, time: 64, text: 96, series: 32 } as const;

const weightOf = ({ seriesAt, times, texts, rejected }: ReadBlock): number => {
  let raw = 0;
  for (const record of rejected) raw += record.raw?.length ?? 0;
  return seriesAt.length * weights.event + times.length * weights.time + texts.size * weights.text + raw;
};

/** Consecutive blocks of one source, gathered for one append. */
export class Batch {
  readonly #closed: Piece[] = [];
  #open: ReadBlock[] = [];
  #openBytes = 0;
  readonly #cost = new PieceCost();
  #rows = 0;
  #rejected = 0;
  #weight = 0;
  #series: SeriesList | undefined;
  #seriesKnown = 0;
  /** Begun with a dictionary that the reader has given up: only this batch still holds it. */
  #isOutdated = false;

  get isEmpty(): boolean {
    return this.#open.length === 0 && this.#closed.length === 0;
  }

  /**
   * @param covered is asked at most once, before the next block is read; it costs two hashes
   * @param closes true when a checkpoint must be able to stand behind this block
   */
  add(block: ReadBlock, covered: () => Covered, closes: boolean): void {
    this.#isOutdated ||= !this.isEmpty && block.series !== this.#series;
    this.#open.push(block);
    this.#openBytes += this.#cost.of(block);
    this.#rows += block.seriesAt.length + block.rejected.length;
    this.#rejected += block.rejected.length;
    this.#weight += weightOf(block) + this.#newSeries(block.series) * weights.series + block.newBytes;
    if (closes || this.#openBytes >= pieceBytes) this.#close(covered());
  }

  /**
   * True when the batch is sent without waiting for more: it has reached a limit, or one more block may be more than
   * an append takes.
   *
   * @param bytesPerRow what rows of this source took in the log so far
   */
  isFull({ rows }: BatchLimits, partitions: number, bytesPerRow: number): boolean {
    return (
      this.#rows >= rows ||
      this.#weight >= weightBound ||
      this.#isOutdated ||
      this.#rows * bytesPerRow >= 0.75 * appendBounds.bytes ||
      this.#rejected + blockBounds.rejected > deadLettersAtMost(partitions)
    );
  }

  /** What was gathered, up to the last block read; forgets it. */
  take(covered: () => Covered): readonly Piece[] {
    if (this.#open.length > 0) this.#close(covered());
    return this.#begin();
  }

  /**
   * What was gathered up to where a checkpoint can stand although another block has been read since; forgets it and what
   * came behind it.
   */
  takeClosed(): readonly Piece[] {
    [this.#open, this.#openBytes] = [[], 0];
    return this.#begin();
  }

  /** Begins anew; gives back what was closed. */
  #begin(): readonly Piece[] {
    this.#rows = this.#rejected = this.#weight = 0;
    this.#isOutdated = false;
    return this.#closed.splice(0);
  }

  #newSeries(series: SeriesList): number {
    const known = series === this.#series ? this.#seriesKnown : 0;
    this.#series = series;
    this.#seriesKnown = series.length;
    return series.length - known;
  }

  #close(covered: Covered): void {
    this.#closed.push({ blocks: this.#open, covered });
    this.#open = [];
    this.#openBytes = 0;
  }
}

/** Dead letters that fit one append beside a segment for every partition and the checkpoint (promise L7). */
const deadLettersAtMost = (partitions: number): number => appendBounds.operations - partitions - 1;
