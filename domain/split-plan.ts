import * as t from 'io-ts';
import { ClusterId, SourceId } from './ids.js';
import { Stretch } from './source-checkpoint.js';

/** A part of a large file, from a record's first byte on up to the next range, or, of the last, to the file's end. */
const Range = t.readonly(
  t.type({
    /** Each range is a source of its own, with a checkpoint, a claim and dead letters. */
    source: SourceId,
    /** Its first byte in the file, and the number of the row there (the first data row is 1). */
    from: t.number,
    row: t.number,
    /** The last 64 KiB at most in front of it, by which the file is recognised again. */
    before: Stretch,
  }),
);

/**
 * How a large file is read by ranges (promise S4). It stands in the place of the file's checkpoint, written once, before
 * the first append: who would append the file as a whole is refused by the compare that every append makes.
 * Versioned: change with care.
 */
export const SplitPlan = t.readonly(
  t.type({
    kind: t.literal('split'),
    source: SourceId,
    cluster: ClusterId,
    /** Where it was read when it was split, for messages only. */
    path: t.string,
    log_id: t.string,
    /** The file's first 64 KiB. */
    first: Stretch,
    ranges: t.readonlyArray(Range),
  }),
  'SplitPlan',
);
export type SplitPlan = t.TypeOf<typeof SplitPlan>;
