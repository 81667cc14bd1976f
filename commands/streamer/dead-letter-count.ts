import { instantOfMillis } from '../../domain/instant.js';
import { deadLettersOf, storedSize } from '../append/dead-letters-of.js';
import { type Course } from '../append/source-course.js';
import { blockBounds, type ReadBlock } from '../source/read-block.js';
import { type DeadLetterAmount, type DeadLetterLimits } from './dead-letter-limits.js';

/** Dead letters of a source while it is read: those stored so far, those gathered since, and those of its other ranges. */
export class DeadLetterCount {
  readonly #counted: number;
  #count: number;
  #bytes: number;
  /** As last seen. */
  #elsewhere: DeadLetterAmount | undefined;

  constructor(
    private readonly course: Course,
    private readonly limits: DeadLetterLimits,
  ) {
    this.#counted = course.counted;
    this.#count = course.dead_letters;
    this.#bytes = course.dead_letter_bytes;
  }

  /** The limit that the block would pass; otherwise undefined, and it is counted. */
  async add(block: ReadBlock): Promise<string | undefined> {
    if (this.limits.elsewhere && this.#elsewhere === undefined) this.#elsewhere = await this.limits.elsewhere();
    if (block.rejected.length === 0) return undefined;
    const { source, path } = this.course;
    const letters = deadLettersOf([block], { source, path, at: instantOfMillis(0) }, this.#counted);
    const bytes = letters.reduce((sum, letter) => sum + storedSize(letter), 0);
    if (letters.length > 0 && this.limits.elsewhere) this.#elsewhere = await this.limits.elsewhere();
    const { count, bytes: most } = this.limits;
    const known = this.#known();
    if (known.count + letters.length > count) return `${String(count)} dead letters`;
    if (known.bytes + bytes > most) return `${String(most)} bytes of dead letters`;
    this.#count += letters.length;
    this.#bytes += bytes;
    return undefined;
  }

  /**
   * True when the next block might pass a limit: what came before it must be able to stand alone. Other streamers add to
   * a file's letters meanwhile, so that half of a limit is near already.
   */
  get isNear(): boolean {
    const { count, bytes } = this.#known();
    const share = this.limits.elsewhere ? 0.5 : 1;
    return (
      count + blockBounds.rejected > share * this.limits.count ||
      bytes + 2 * blockBounds.textBytes > share * this.limits.bytes
    );
  }

  #known(): DeadLetterAmount {
    const { count, bytes } = this.#elsewhere ?? { count: 0, bytes: 0 };
    return { count: this.#count + count, bytes: this.#bytes + bytes };
  }
}
