import { type SourceId } from '../../domain/ids.js';
import { type TextStep } from '../../domain/source-text.js';
import { type CoveredText, createCoveredText, stretchOf } from './covered-text.js';
import { recordBytes } from './record-bounds.js';
import { rangeIdOf } from './source-id.js';
import { type FoundRanges } from './source.js';
import { createTextScanner, type Piece, type TextScanner } from './text-scanner.js';

/**
 * That a line is no record may depend on so many bytes from its beginning. No range begins there: it would end the text
 * of the one before where that line still looks for its end, and be given another reason.
 */
const lookAhead = recordBytes + 2;

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

/**
 * Finds where ranges begin in a text that is read from its beginning: at records as the reader finds them, whatever the
 * pieces in which the text comes.
 */
export class RangeFinder {
  readonly #covered: CoveredText = createCoveredText();
  readonly #scanner: TextScanner;
  readonly #ranges: { source: SourceId; from: number; row: number; before: FoundRanges['first'] }[];
  #row = 1;
  #soundFrom = 0;
  #long: number | undefined;

  constructor(private readonly search: RangeSearch) {
    this.#scanner = createTextScanner(0, search.headerBytes);
    const before = stretchOf(Buffer.alloc(0));
    this.#ranges = [{ source: rangeIdOf(search.source, 0), from: 0, row: 1, before }];
  }

  push(bytes: Uint8Array): void {
    for (const piece of this.#scanner.push(bytes)) this.#add(piece);
  }

  end(): FoundRanges {
    for (const piece of this.#scanner.end()) this.#add(piece);
    return { first: this.#covered.stretches().first, ranges: this.#ranges };
  }

  #add(piece: Piece): void {
    switch (piece.kind) {
      case 'window':
        return this.#addWindow(piece);
      case 'long-line-part':
        this.#long ??= piece.from;
        return this.#covered.append(piece.bytes);
      case 'long-line-end':
        this.#isNone(this.#long!);
        this.#long = undefined;
        this.#row += 1;
        return this.#covered.append(piece.lineEnd);
    }
  }

  #addWindow({ from, bytes, spans }: Piece & { readonly kind: 'window' }): void {
    let covered = 0;
    for (const { start, reason } of spans) {
      const at = from + start;
      if (this.#isDue(at)) {
        this.#covered.append(bytes.subarray(covered, start));
        covered = start;
        this.#begin(at);
      }
      if (reason !== undefined) this.#isNone(at);
      this.#row += 1;
    }
    this.#covered.append(bytes.subarray(covered));
  }

  /** The line at `at` is no record. */
  #isNone(at: number): void {
    this.#soundFrom = at + lookAhead;
  }

  #isDue(at: number): boolean {
    const { rangeBytes, textBytes } = this.search;
    const next = this.#ranges.at(-1)!.from + rangeBytes;
    return at >= next && at >= this.#soundFrom && textBytes - at >= rangeBytes / 2;
  }

  #begin(from: number): void {
    const { last } = this.#covered.stretches();
    this.#ranges.push({ source: rangeIdOf(this.search.source, from), from, row: this.#row, before: last });
  }
}

/**
 * Looks through a whole text for where its ranges begin; a sentence when it cannot be read.
 *
 * @param onRead told how many bytes have been looked through
 * @throws the signal's reason when it aborts meanwhile
 */
export const findRanges = async (
  steps: AsyncIterable<TextStep>,
  search: RangeSearch,
  onRead: (bytes: number) => void,
  signal: AbortSignal,
): Promise<FoundRanges | { readonly broken: string }> => {
  const finder = new RangeFinder(search);
  let read = 0;
  for await (const step of steps) {
    if (step.kind === 'broken') return { broken: step.message };
    if (step.kind !== 'text') continue;
    finder.push(step.bytes);
    onRead((read += step.bytes.length));
  }
  signal.throwIfAborted();
  return finder.end();
};
