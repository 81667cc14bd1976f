import { type ClusterId, type SourceId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type BatchId } from '../../domain/segment/segment.js';
import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type ReadBlock } from '../source/read-block.js';
import { type Covered } from '../source/source.js';

/*
 * The course of a source, as a fold over what is appended: which checkpoint follows on which.
 */

/** What stays the same in every checkpoint of one reading of one source. */
export interface SourceIdentity {
  readonly source: SourceId;
  readonly cluster: ClusterId;
  readonly path: string;
  readonly log_id: string;
  /** The names in its header line. */
  readonly columns?: readonly string[];
}

/** Where a reading begins: the stored checkpoint as it stands, or the start of a new pass. */
export type Course = Omit<SourceCheckpoint, 'claim' | 'batch'>;

/** Where a source begins: the first byte of its text, or of its range of a text. */
export type Start = Pick<SourceCheckpoint, 'offset' | 'row'>;

const nothing = {
  rows: 0,
  events: 0,
  dead_letters: 0,
  dead_letter_bytes: 0,
  counted: 0,
  first: { length: 0, sha256: '' },
  last: { length: 0, sha256: '' },
  pass: 0,
  base: null,
  newest: null,
  state: 'reading',
} as const;

/** A source that has never been appended. */
export const firstCourse = (identity: SourceIdentity, { offset, row }: Start): Course => ({
  ...nothing,
  ...identity,
  offset,
  row,
});

/** On from a checkpoint: in the middle of a pass, or behind what an ended pass has covered. */
export const resumedCourse = (stored: SourceCheckpoint, identity: SourceIdentity): Course => ({
  ...stored,
  ...identity,
});

/** From the beginning once more. Records that earlier passes have been past were counted by them. */
export const nextPass = (stored: SourceCheckpoint, identity: SourceIdentity, { offset, row }: Start): Course => ({
  ...stored,
  ...identity,
  offset,
  row,
  counted: Math.max(stored.counted, stored.offset),
  pass: stored.pass + 1,
  state: 'reading',
});

/**
 * The time that a restamped reading starts from: now, but later than every time given before.
 * A resumed pass takes a new one.
 */
export const restampedFrom = (course: Course, now: Instant): Course & { readonly base: Instant } => ({
  ...course,
  base: course.newest !== null && course.newest >= now ? ((course.newest + 1n) as Instant) : now,
});

/** What one append adds to a source's totals. */
export interface Covers {
  readonly rows: number;
  readonly events: number;
  readonly deadLetters: number;
  readonly deadLetterBytes: number;
}

export interface Step extends BatchId {
  readonly blocks: readonly ReadBlock[];
  /** Undefined when there are no blocks. */
  readonly covered: Covered | undefined;
  readonly deadLetters: number;
  readonly deadLetterBytes: number;
  /** True when the source ends here. */
  readonly ends: boolean;
}

export const covers = ({ blocks, deadLetters, deadLetterBytes }: Step): Covers => {
  let rows = deadLetters;
  let events = 0;
  for (const block of blocks) {
    rows += block.rows - block.rejected.length;
    events += block.seriesAt.length;
  }
  return { rows, events, deadLetters, deadLetterBytes };
};

/** The checkpoint that an append writes. */
export const advance = (course: Course, step: Step): SourceCheckpoint => {
  const { rows, events, deadLetters, deadLetterBytes } = covers(step);
  const last = step.blocks.at(-1);
  return {
    ...course,
    claim: step.claim,
    batch: step.batch,
    offset: last?.to ?? course.offset,
    row: last?.nextRow ?? course.row,
    rows: course.rows + rows,
    events: course.events + events,
    dead_letters: course.dead_letters + deadLetters,
    dead_letter_bytes: course.dead_letter_bytes + deadLetterBytes,
    first: step.covered?.first ?? course.first,
    last: step.covered?.last ?? course.last,
    newest: course.base === null ? course.newest : newestOf(step.blocks, course.newest),
    state: step.ends ? 'ended' : 'reading',
  };
};

const newestOf = (blocks: readonly ReadBlock[], before: Instant | null): Instant | null => {
  let newest = before;
  for (const { times } of blocks) {
    for (const { at } of times) if (newest === null || at > newest) newest = at;
  }
  return newest;
};
