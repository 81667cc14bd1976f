import { type SourceId } from '../../../domain/ids.js';
import { type SplitPlan } from '../../../domain/split-plan.js';
import { type BatchLimits } from '../../append/batch.js';
import { type Tail } from '../../append/plan-appends.js';
import { type SourceRefusal, type SourceReplaced } from '../../source/source.js';
import { type DeadLetterAmount } from '../dead-letter-limits.js';
import { type MadeAppend, type ReadFrom } from '../make-appends.js';

/*
 * What two threads of one process say to each other, which are always of one program: one that sends appends, and one
 * that makes them. All of it can be copied from one to the other.
 */

/** What a thread that makes appends is started with. */
export interface AppendsThreadSetUp {
  readonly cluster: string;
  /** The folders that a file must stand in; undefined for any. */
  readonly within: readonly string[] | undefined;
  readonly batch: BatchLimits;
  readonly deadLetters: DeadLetterAmount;
}

/** Asks for a file to be read from its beginning already, when it has no more bytes than `most`. Nothing answers. */
export interface AheadRequest {
  readonly kind: 'ahead';
  readonly path: string;
  readonly most: number;
  readonly partitions: number;
}

/** Asks for the appends of a source. */
export interface AppendsRequest extends ReadFrom {
  readonly kind: 'appends';
  readonly path: string;
  /** Another number wherever the path was opened anew. */
  readonly opening: number;
  readonly range: { readonly plan: SplitPlan; readonly index: number } | undefined;
  /** The id that the source must have. */
  readonly id: SourceId;
  readonly tail: Tail;
  readonly partitions: number;
  /** The version that segments are written in. */
  readonly version: number;
  /** Whether its dead letters count among those of a file, so that it asks for the others. */
  readonly countsInFile: boolean;
}

/** To who makes appends. */
export type Order =
  /** One more append may be made. */
  | { readonly kind: 'more' }
  /** What the other ranges amount to. */
  | { readonly kind: 'others'; readonly amount: DeadLetterAmount }
  /** Reading ends; what was read may still be handed over. */
  | { readonly kind: 'stop' };

/** To who sends them. */
export type Made =
  | { readonly kind: 'begun' }
  | SourceRefusal
  | SourceReplaced
  | MadeAppend
  | { readonly kind: 'count'; readonly own: DeadLetterAmount }
  | { readonly kind: 'failed'; readonly message: string };

/** So many appends wait to be sent, so that none is waited for: the next one is made while one is on its way. */
export const madeAhead = 2;
