import { instantOfMillis } from '../../domain/instant.js';
import { deadLettersOf, storedSize } from '../append/dead-letters-of.js';
import { type Course } from '../append/source-course.js';
import { blockBounds, type ReadBlock } from '../source/read-block.js';
import { type DeadLetterAmount, type DeadLetterLimits, noLetters, passedLimit, sumOf } from './dead-letter-limits.js';

/** Dead letters of a source while it is read: those stored so far, those gathered since, and those of its other ranges. */
export class DeadLetterCount {
  readonly #counted: number;
  #own: DeadLetterAmount;
  /** Of the other ranges, as last seen. */
  #others: DeadLetterAmount | undefined;

  constructor(
    private readonly course: Course,
    private readonly limits: DeadLetterLimits,
  ) {
    this.#counted = course.counted;
    this.#own = { count: course.dead_letters, bytes: course.dead_letter_bytes };
  }

  /** Whether a block must be counted at all: nearly none has letters, and then there is nothing to wait for. */
  concerns(block: ReadBlock): boolean {
    return this.#others === undefined || block.rejected.length > 0;
  }

  /** The limit that the block would pass; otherwise undefined, and it is counted. */
  async add(block: ReadBlock): Promise<string | undefined> {
    const added = this.#lettersOf(block);
    const own = sumOf([this.#own, added]);
    if (this.#others === undefined || added.count > 0)
      this.#others = (await this.limits.countInFile?.(own)) ?? noLetters;
    const passed = block.rejected.length > 0 ? passedLimit(sumOf([own, this.#others]), this.limits) : undefined;
    if (passed === undefined) this.#own = own;
    return passed;
  }

  /**
   * True when the next block might pass a limit: what came before it must be able to stand alone. Other streamers add to
   * a file's letters meanwhile, so that half of a limit is near already.
   */
  get isNear(): boolean {
    const { count, bytes } = sumOf([this.#own, this.#others ?? noLetters]);
    const share = this.limits.countInFile ? 0.5 : 1;
    return (
      count + blockBounds.rejected > share * this.limits.count ||
      bytes + 2 * blockBounds.textBytes > share * this.limits.bytes
    );
  }

  #lettersOf(block: ReadBlock): DeadLetterAmount {
    if (block.rejected.length === 0) return noLetters;
    const { source, path } = this.course;
    const letters = deadLettersOf([block], { source, path, at: instantOfMillis(0) }, this.#counted);
    return { count: letters.length, bytes: letters.reduce((sum, letter) => sum + storedSize(letter), 0) };
  }
}
