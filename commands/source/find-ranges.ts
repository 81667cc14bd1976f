import { type SourceId } from '../../domain/ids.js';
import { type LentRoom, type SourceText } from '../../domain/source-text.js';
import { type CoveredText, createCoveredText, stretchBytes, stretchOf } from './covered-text.js';
import { RowEndKernel } from './row-end-kernel.js';
import { finderRoomBytes, RowFinder } from './row-finder.js';
import { rangeIdOf } from './source-id.js';
import { type FoundRanges } from './source.js';

/** Where to look for the beginnings of ranges. */
export interface RangeSearch {
  readonly source: SourceId;
  /** The first record's line follows so many bytes. */
  readonly headerBytes: number;
  /** A range has at least so many bytes, and, but for the last, little more. */
  readonly rangeBytes: number;
  /** Of the text now: what is left behind a range is not made one of its own when it is less than half of that. */
  readonly textBytes: number;
}

/** Finds where ranges begin in a text that is read from its beginning, whatever the pieces in which it comes. */
export class RangeFinder {
  readonly #rows: RowFinder;
  readonly #covered: CoveredText = createCoveredText();
  readonly #ranges: { source: SourceId; from: number; row: number; before: FoundRanges['first'] }[];

  constructor(private readonly search: RangeSearch) {
    this.#rows = new RowFinder(search.headerBytes, RowEndKernel.create(finderRoomBytes));
    const before = stretchOf(Buffer.alloc(0));
    this.#ranges = [{ source: rangeIdOf(search.source, 0), from: 0, row: 1, before }];
  }

  /** See `RowFinder.chunks`. */
  get chunks(): LentRoom {
    return this.#rows.chunks;
  }

  push(bytes: Uint8Array): void {
    this.#findIn(this.#rows.push(bytes));
  }

  end(): FoundRanges {
    this.#findIn(this.#rows.end());
    return { first: this.#covered.stretches().first, ranges: this.#ranges };
  }

  #findIn(read: Iterable<Uint8Array>): void {
    this.#rows.stopAt = this.#nextDue();
    for (const bytes of read) {
      this.#cover(bytes);
      if (this.#isDue()) this.#begin();
      this.#rows.stopAt = this.#nextDue();
    }
  }

  /** Of what ends here, what is known of the text's beginning or may be of the next range's. */
  #cover(bytes: Uint8Array): void {
    const { offset } = this.#rows;
    if (offset - bytes.length < stretchBytes || offset + stretchBytes > this.#nextDue()) this.#covered.append(bytes);
  }

  /** Where the next range may begin, if any may: not where too little is left behind it. */
  #nextDue(): number {
    const due = this.#ranges.at(-1)!.from + this.search.rangeBytes;
    return this.search.textBytes - due < this.search.rangeBytes / 2 ? Infinity : due;
  }

  #isDue(): boolean {
    const { offset, mayEndHere } = this.#rows;
    const left = this.search.textBytes - offset;
    return mayEndHere && offset >= this.#nextDue() && left >= this.search.rangeBytes / 2;
  }

  #begin(): void {
    const { offset: from, row } = this.#rows;
    const { last } = this.#covered.stretches();
    this.#ranges.push({ source: rangeIdOf(this.search.source, from), from, row, before: last });
  }
}

/**
 * Looks through a whole text for where its ranges begin; a sentence when it cannot be read.
 *
 * @param onRead told how many bytes have been looked through
 * @throws the signal's reason when it aborts meanwhile
 */
export const findRanges = async (
  text: Pick<SourceText, 'steps'>,
  search: RangeSearch,
  onRead: (bytes: number) => void,
  signal: AbortSignal,
): Promise<FoundRanges | { readonly broken: string }> => {
  const finder = new RangeFinder(search);
  let read = 0;
  for await (const step of text.steps(0, signal, { lent: finder.chunks })) {
    if (step.kind === 'broken') return { broken: step.message };
    if (step.kind !== 'text') continue;
    finder.push(step.bytes);
    onRead((read += step.bytes.length));
  }
  signal.throwIfAborted();
  return finder.end();
};
