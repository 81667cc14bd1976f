import { type DeadLetter } from './dead-letter.js';
import { type Lane, type Partition, type Sequence, type SourceId } from './ids.js';
import { type Revision } from './revision.js';

/** A segment at the place in its lane where it will stand: `log/{partition}/{lane}/{sequence}`. */
export interface PlacedSegment {
  readonly partition: Partition;
  readonly sequence: Sequence;
  readonly bytes: Uint8Array;
}

/**
 * One append, which is one transaction. All of it is fixed before it is sent for the first time, and it is sent again
 * unchanged until a transaction answers.
 *
 * Compares: the lane's claim has the create revision `claim`; `sources/{source}` holds exactly `prior` (undefined: does
 * not exist); no segment's key exists. Puts: the segments, the dead letters, `checkpoint`.
 */
export interface Append {
  readonly lane: Lane;
  /** The create revision of the lane's claim, and the append's number within the life of that claim. */
  readonly claim: Revision;
  readonly batch: number;
  readonly source: SourceId;
  /**
   * The source's checkpoint before and after, as stored: text is compared, so neither is ever encoded anew. Of a dead
   * letter read again: undefined, and its outcome.
   */
  readonly prior: string | undefined;
  readonly checkpoint: string;
  /** At most one for each partition; empty when every row of the batch was refused. */
  readonly segments: readonly PlacedSegment[];
  readonly deadLetters: readonly DeadLetter[];
}

/** What a transaction said to an append. */
export type AppendAnswer =
  | { readonly kind: 'committed'; readonly revision: Revision }
  | {
      /** A compare did not hold; the rest is what the else branch of the same transaction read. */
      readonly kind: 'refused';
      /** The create revision of the lane's claim as it stands; undefined when nobody holds the lane. */
      readonly claim: Revision | undefined;
      /** The source's checkpoint as it stands; undefined when there is none. */
      readonly checkpoint: string | undefined;
      /** What stands at the key of the append's first segment; undefined when nothing does, or it has no segment. */
      readonly segment: Uint8Array | undefined;
    };

/** What fits one transaction (promise L7): etcd takes 128 of each and a request of 1.5 MiB. */
export const appendBounds = {
  compares: 128,
  operations: 128,
  /** Leaves room for keys and for the frame around the values. */
  bytes: 1_400_000,
} as const;
