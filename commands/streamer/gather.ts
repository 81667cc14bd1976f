import { type Pause } from '../append/pause.js';
import { Batch, type BatchLimits } from '../append/batch.js';
import { type Load } from '../append/plan-appends.js';
import { type Course } from '../append/source-course.js';
import { type RejectedRecord } from '../source/read-block.js';
import { type SourceEnd, type SourceReading } from '../source/source.js';
import { type Pace, unpaced } from './pace.js';
import { type Restamp } from './restamp.js';
import { DeadLetterCount } from './dead-letter-count.js';
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
  | SourceEnd
  | {
      readonly kind: 'too-many-dead-letters';
      /** The first byte of the block that passed a limit, which one, and the first record rejected in it. */
      readonly from: number;
      readonly limit: string;
      readonly first: Pick<RejectedRecord, 'row' | 'reasons'> | undefined;
    };

export type Gathered =
  { readonly kind: 'load'; readonly load: Load } | { readonly kind: 'end'; readonly end: GatheredEnd };

/**
 * At a pace, rows wait for one another so long: an append's segments each carry names of their own, so that four small
 * ones take three times the bytes of one. Less than a second, so that what is observed once a second is sent at once.
 */
const lingerMs = 900;

/** True when the signal aborted before it was done. */
const abortedWhile = async (work: Promise<unknown>, signal: AbortSignal): Promise<boolean> => {
  try {
    await work;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return signal.aborted;
};

/**
 * The end of a reading of which a block was read that is in no load: what cannot be recognised again without that block
 * is read again by who goes on.
 */
function* leave(batch: Batch, end: GatheredEnd): Generator<Gathered> {
  const pieces = batch.takeClosed();
  if (pieces.length > 0) yield { kind: 'load', load: { pieces, ends: false } };
  yield { kind: 'end', end };
}

/**
 * Gathers the blocks of a reading into loads: large ones while blocks keep coming, at once what has come when the
 * reader says that nothing more is at hand, and within a second at a pace. A block that passes a limit of dead letters
 * ends it, and is not in a load.
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
  // When the newest rows that were waited for were due, and when the first ones of the batch were.
  let [dueAt, dueSince] = [clock(), 0];
  let isCutShort = false;
  for await (const block of reading.blocks()) {
    if (block.to === block.from) {
      if (!batch.isEmpty) yield cut(false);
      continue;
    }
    let limit: string | undefined;
    isCutShort = letters.concerns(block)
      ? await abortedWhile(
          letters.add(block).then((passed) => (limit = passed)),
          signal,
        )
      : signal.aborted;
    if (isCutShort) break;
    if (limit !== undefined) {
      yield* leave(batch, { kind: 'too-many-dead-letters', from: block.from, limit, first: block.rejected[0] });
      return;
    }
    const wait = pace.wait(block, clock());
    if (wait > 0) {
      dueAt = clock() + wait;
      if (!batch.isEmpty && dueAt - dueSince >= Math.min(lingerMs, gathering.batch.ms)) yield cut(false);
      // Sending has taken a part of it.
      isCutShort = await abortedWhile(gathering.pause(pace.wait(block, clock()), signal), signal);
      if (isCutShort) break;
    }
    if (batch.isEmpty) [since, dueSince] = [clock(), Math.min(dueAt, clock())];
    batch.add(gathering.restamp(block), covered, letters.isNear || pace !== unpaced);
    const due = block.drained || clock() - since >= gathering.batch.ms;
    if (due || batch.isFull(gathering.batch, partitions, gathering.bytesPerRow())) yield cut(false);
  }
  if (isCutShort) {
    yield* leave(batch, { kind: 'aborted' });
    return;
  }
  const end = reading.end();
  const ends = end.kind === 'ended' || end.kind === 'replaced';
  if (ends || !batch.isEmpty) yield cut(ends);
  yield { kind: 'end', end };
}
