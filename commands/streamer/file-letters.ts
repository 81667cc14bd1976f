import { type SourceId } from '../../domain/ids.js';
import { untilAnswered } from '../append/until-answered.js';
import { type DeadLetterAmount, passedLimit, sumOf } from './dead-letter-limits.js';
import { type LaneWork } from './lane-work.js';
import { type LetterCounts, letterCountsText, othersThan, parseLetterCounts, withRange } from './letter-counts.js';
import { persistenceOf } from './persistence.js';

/**
 * Counts the dead letters of a range among those of its file, which several streamers read. Each counts what it has
 * gathered before it appends it, in one stored text that is changed only as it was last seen: however many do so at the
 * same time, together they do not pass a limit (promise S3).
 */
export class FileLetters {
  /** As last seen; undefined before the first look. */
  #text: string | undefined;

  /** @param range its number, from 0 */
  constructor(
    private readonly file: SourceId,
    private readonly range: number,
    private readonly work: Pick<LaneWork, 'streaming' | 'stops'>,
  ) {}

  /** See `DeadLetterLimits.countInFile`. */
  async count(own: DeadLetterAmount): Promise<DeadLetterAmount> {
    this.#text ??= await this.#writeOver(undefined, new Map());
    for (;;) {
      const counts = parseLetterCounts(this.#text);
      const others = othersThan(counts, this.range);
      const counted = withRange(counts, this.range, own);
      // The others only grow: what passes a limit now does so for good.
      if (counted === undefined || passedLimit(sumOf([others, own]), this.work.streaming.deadLetters)) return others;
      this.#text = await this.#writeOver(this.#text, counted);
    }
  }

  /** Gives what stands there then. */
  async #writeOver(prior: string | undefined, counts: LetterCounts): Promise<string> {
    const { streaming, stops } = this.work;
    const text = letterCountsText(counts);
    const write = () => streaming.store.writeLetterCounts(this.file, prior, text, stops.stop);
    return untilAnswered(write, stops.stop, persistenceOf(streaming));
  }
}
