import { type SourceId } from '../../domain/ids.js';
import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { passOver, type Wish } from './begin.js';

/** What is stored of a source, or of each range of a file. */
export type StoredParts = readonly (SourceCheckpoint | undefined)[];

/**
 * Which pass over each file is wanted: decided when it is first looked at, so that a pass that another makes meanwhile
 * counts. All ranges of a file have one.
 */
export class Wishes {
  readonly #wishes = new Map<SourceId, Wish>();

  /** @param again true for a new pass over what was appended to its end */
  constructor(private readonly again: boolean) {}

  async of(file: SourceId, parts: () => Promise<StoredParts>): Promise<Wish> {
    const known = this.#wishes.get(file);
    if (known !== undefined) return known;
    const wish: Wish = this.again ? { kind: 'pass', pass: passOver(await parts()) } : { kind: 'go-on' };
    this.#wishes.set(file, wish);
    return wish;
  }
}
