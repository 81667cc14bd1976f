import { type SourceId } from '../../../domain/ids.js';
import { type SplitPlan } from '../../../domain/split-plan.js';
import { type BatchLimits } from '../../append/batch.js';
import { type Tail } from '../../append/plan-appends.js';
import {
  type FoundRanges,
  type IdentifiedSource,
  type SourceRefusal,
  type SourceReplaced,
  type SourceWithoutRows,
} from '../../source/source.js';
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

/**
 * Asks for what will be asked for a file soon: to be opened, and read from its beginning when it is read as a whole,
 * else looked through for its ranges. Nothing answers.
 */
export interface AheadRequest {
  readonly kind: 'ahead';
  readonly path: string;
  readonly splitAbove: number;
  readonly partitions: number;
}

/** A file as it is opened: another number wherever the path was opened anew. */
export interface OpenedFile {
  readonly path: string;
  readonly opening: number;
}

/** Asks for what a file is known by. */
export interface OpenRequest extends OpenedFile {
  readonly kind: 'open';
}

/** Asks for where the ranges of a file begin; see `RangedText.find`. */
export interface FindRequest extends OpenedFile {
  readonly kind: 'find';
  readonly rangeBytes: number;
}

/** Asks for the appends of a source. */
export interface AppendsRequest extends ReadFrom, OpenedFile {
  readonly kind: 'appends';
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

export type ThreadRequest = AheadRequest | OpenRequest | FindRequest | AppendsRequest;

/** To who makes appends. */
export type Order =
  /** One more append may be made. */
  | { readonly kind: 'more' }
  /** What the other ranges amount to. */
  | { readonly kind: 'others'; readonly amount: DeadLetterAmount }
  /** Reading ends; what was read may still be handed over. */
  | { readonly kind: 'stop' };

/** What a source is known by, of all that can be copied. */
export type SourceFacts = Pick<IdentifiedSource, 'id' | 'cluster' | 'path' | 'form' | 'columns' | 'start'> & {
  /** See `RangedText`. */
  readonly plainBytes: number | undefined;
};

/** To who sends them. */
export type Made =
  | { readonly kind: 'opened'; readonly source: SourceFacts }
  /** What stands there can be read by who asks alone. */
  | { readonly kind: 'elsewhere' }
  | SourceWithoutRows
  /** So many bytes have been looked through. */
  | { readonly kind: 'looked'; readonly bytes: number }
  | { readonly kind: 'found'; readonly ranges: FoundRanges }
  | { readonly kind: 'begun' }
  | SourceRefusal
  | SourceReplaced
  | MadeAppend
  | { readonly kind: 'count'; readonly own: DeadLetterAmount }
  | { readonly kind: 'failed'; readonly message: string };

/** So many appends wait to be sent, so that none is waited for: the next one is made while one is on its way. */
export const madeAhead = 2;
