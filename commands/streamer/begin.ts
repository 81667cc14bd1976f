import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import {
  type Course,
  firstCourse,
  nextPass,
  resumedCourse,
  type SourceIdentity,
  type Start,
} from '../append/source-course.js';

/** Which pass over a source is wanted: on where it stands, or at least this one, counted from 0. */
export type Wish = { readonly kind: 'go-on' } | { readonly kind: 'pass'; readonly pass: number };

export type Beginning =
  | {
      readonly kind: 'read';
      readonly course: Course;
      /** Where the reader goes on; undefined is the beginning of the text. */
      readonly from: SourceCheckpoint | undefined;
      /** What the pass before has covered, when another begins: the text must be the same. */
      readonly sameAs?: SourceCheckpoint | undefined;
    }
  /** The pass that was wanted has been appended to its end. */
  | { readonly kind: 'over' };

/**
 * Where a reading begins. A pass that was interrupted is finished before another begins (promise S1), also by a
 * streamer that was told to stream again.
 */
export const begin = (
  stored: SourceCheckpoint | undefined,
  wish: Wish,
  identity: SourceIdentity,
  start: Start,
): Beginning => {
  if (stored === undefined) return { kind: 'read', course: firstCourse(identity, start), from: undefined };
  const goesOn: Beginning = { kind: 'read', course: resumedCourse(stored, identity), from: goOn(stored, start) };
  if (wish.kind === 'go-on' || stored.state === 'reading') return goesOn;
  if (stored.pass >= wish.pass) return { kind: 'over' };
  return { kind: 'read', course: nextPass(stored, identity, start), from: undefined, sameAs: goOn(stored, start) };
};

/** The first checkpoint of a pass may stand before any text of it: an empty stretch cannot be found again. */
const goOn = (stored: SourceCheckpoint, { offset }: Start): SourceCheckpoint | undefined =>
  stored.offset === offset ? undefined : stored;

/**
 * The pass that `--again` asks for, over a source or over all ranges of a file: the next one when the last has ended in
 * all of them, otherwise the last that was begun.
 */
export const passOver = (parts: readonly (SourceCheckpoint | undefined)[]): number => {
  const last = parts.reduce((most, part) => Math.max(most, part?.pass ?? 0), 0);
  return parts.every((part) => part?.state === 'ended' && part.pass === last) ? last + 1 : last;
};
