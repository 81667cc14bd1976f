import { instantOfMillis } from '../../domain/instant.js';
import { type Pause } from '../append/pause.js';
import { Batch, type BatchLimits } from '../append/batch.js';
import { deadLettersOf, storedSize } from '../append/dead-letters-of.js';
import { type Load } from '../append/plan-appends.js';
import { type Course } from '../append/source-course.js';
import { blockBounds, type ReadBlock } from '../source/read-block.js';
import { type SourceEnd, type SourceReading } from '../source/source.js';
import { type Pace, unpaced } from './pace.js';
import { type Restamp } from './restamp.js';
import { type DeadLetterLimits } from './dead-letter-limits.js';

export interface Gathering {
  readonly batch: BatchLimits;
  readonly deadLetters: DeadLetterLimits;
  readonly partitions: number;
  readonly clock: () => number;
  readonly pause: Pause;
  readonly pace: Pace;
  readonly restamp: Restamp;
  /** Bytes in the log that a row of this source takes, as far as known. */
  readonly bytesPerRow: () => number;
}

/** Why no more comes from a reading. */
export type GatheredEnd =
  SourceEnd | { readonly kind: 'too-many-dead-letters'; readonly block: ReadBlock; readonly limit: string };

export type Gathered =
  { readonly kind: 'load'; readonly load: Load } | { readonly kind: 'end'; readonly end: GatheredEnd };

/** Dead letters of a source while it is read: those stored so far and those gathered since. */
class DeadLetterCount {
  readonly #counted: number;
  #count: number;
  #bytes: number;

  constructor(
    private readonly course: Course,
    private readonly limits: DeadLetterLimits,
  ) {
    this.#counted = course.counted;
    this.#count = course.dead_letters;
    this.#bytes = course.dead_letter_bytes;
  }

  /** The limit that the block would pass; otherwise undefined, and it is counted. */
  add(block: ReadBlock): string | undefined {
    if (block.rejected.length === 0) return undefined;
    const { source, path } = this.course;
    const letters = deadLettersOf([block], { source, path, at: instantOfMillis(0) }, this.#counted);
    const bytes = letters.reduce((sum, letter) => sum + storedSize(letter), 0);
    if (this.#count + letters.length > this.limits.count) return `${String(this.limits.count)} dead letters`;
    if (this.#bytes + bytes > this.limits.bytes) return `${String(this.limits.bytes)} bytes of dead letters`;
    this.#count += letters.length;
    this.#bytes += bytes;
    return undefined;
  }

  /** True when the next block might pass a limit: what came before it must be able to stand alone. */
  get isNear(): boolean {
    return (
      this.#count + blockBounds.rejected > this.limits.count ||
      this.#bytes + 2 * blockBounds.textBytes > this.limits.bytes
    );
  }
}

/**
 * At a pace, rows wait for one another so long: an append's segments each carry names of their own, so that four small
 * ones take three times the bytes of one. Less than a second, so that what is observed once a second is sent at once.
 */
const lingerMs = 900;

const abortedWhile = async (pause: Promise<void>, signal: AbortSignal): Promise<boolean> => {
  try {
    await pause;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return signal.aborted;
};

/**
 * Gathers the blocks of a reading into loads: large ones while blocks keep coming, at once what has come when the
 * reader says that nothing more is at hand, and within a second at a pace. A block that passes a limit of dead letters ends it, and is not in a load.
 */
export async function* gather(
  reading: SourceReading,
  course: Course,
  gathering: Gathering,
  signal: AbortSignal,
): AsyncGenerator<Gathered> {
  const { clock, pace, partitions } = gathering;
  const batch = new Batch();
  const letters = new DeadLetterCount(course, gathering.deadLetters);
  const covered = () => reading.covered();
  const cut = (ends: boolean): Gathered => ({ kind: 'load', load: { pieces: batch.take(covered), ends } });
  let since = 0;
  let isCutShort = false;
  for await (const block of reading.blocks()) {
    if (block.to === block.from) {
      if (!batch.isEmpty) yield cut(false);
      continue;
    }
    const limit = letters.add(block);
    if (limit !== undefined) {
      if (!batch.isEmpty) yield cut(false);
      yield { kind: 'end', end: { kind: 'too-many-dead-letters', block, limit } };
      return;
    }
    const wait = pace.wait(block, clock());
    if (wait > 0) {
      const waited = clock() + wait - since;
      if (!batch.isEmpty && waited >= Math.min(lingerMs, gathering.batch.ms)) yield cut(false);
      isCutShort = await abortedWhile(gathering.pause(wait, signal), signal);
      if (isCutShort) break;
    }
    if (batch.isEmpty) since = clock();
    batch.add(gathering.restamp(block), covered, letters.isNear || pace !== unpaced);
    const due = block.drained || clock() - since >= gathering.batch.ms;
    if (due || batch.isFull(gathering.batch, partitions, gathering.bytesPerRow())) yield cut(false);
  }
  const end: SourceEnd = isCutShort ? { kind: 'aborted' } : reading.end();
  const ends = end.kind === 'ended' || end.kind === 'replaced';
  if (ends || !batch.isEmpty) yield cut(ends);
  yield { kind: 'end', end };
}
