import { type FoundRanges, type IdentifiedSource, type SourceRefusal } from '../../source/source.js';

/** The search for the ranges of a file, which may have begun before it was asked for. */
export class RangeSearch {
  readonly #over = new AbortController();
  readonly #found: Promise<FoundRanges | SourceRefusal>;
  #onRead: (bytes: number) => void = () => undefined;

  constructor(
    readonly source: IdentifiedSource,
    readonly rangeBytes: number,
  ) {
    this.#found = source.ranged!.find(rangeBytes, (bytes) => this.#onRead(bytes), this.#over.signal);
    this.#found.catch(() => undefined);
  }

  /** @param onRead told how many bytes have been looked through */
  found(onRead: (bytes: number) => void): Promise<FoundRanges | SourceRefusal> {
    this.#onRead = onRead;
    return this.#found;
  }

  /** Resolves when nothing is read any more. */
  async giveUp(): Promise<void> {
    this.#over.abort();
    await this.#found.catch(() => undefined);
  }
}
