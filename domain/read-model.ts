import { type FoldCheckpoint, type ProjectionName } from './generation.js';
import { type Lane, type Partition, type Sequence } from './ids.js';
import { type Revision } from './revision.js';

/** A document of a read model, named by the parts of its path below its partition. */
export interface StoredDocument {
  readonly path: readonly string[];
  readonly value: Uint8Array;
}

/** A document to write; an undefined value deletes it. */
export interface DocumentChange {
  readonly path: readonly string[];
  readonly value: Uint8Array | undefined;
}

/** The share of one partition in one generation: what a claim covers and a checkpoint counts. */
export interface ModelPart {
  readonly projection: ProjectionName;
  readonly generation: number;
  readonly partition: Partition;
}

/** A segment of a part's partition. */
export interface FoldedSegment {
  readonly lane: Lane;
  readonly sequence: Sequence;
  readonly revision: Revision;
}

/**
 * What every transaction of a commit compares, so that nobody but the present owner writes (promise P1), and nothing that
 * the log has lost when etcd went back to a backup (promise L9).
 */
export interface Fence {
  /** The create revision of the claim on the part. */
  readonly claim: Revision;
  /** The mod revision of the generation's record. */
  readonly record: Revision;
  /** etcd's version of the checkpoint that the commit starts from; 0 where there is none yet. */
  readonly checkpointVersion: bigint;
  /**
   * The last segment that was folded. Retention deletes none before the checkpoint is past it; absent where it was read
   * from an archive, and need not stand in the log any more.
   */
  readonly folded?: FoldedSegment;
}

/** One transaction of a commit: at most 120 changes and 1.25 MiB, so that fence and checkpoint fit beside them. */
export interface CommitStep {
  readonly part: ModelPart;
  readonly fence: Fence;
  readonly changes: readonly DocumentChange[];
  /** Only in the last step of a commit. */
  readonly checkpoint: FoldCheckpoint | undefined;
}

/** What a step came to. `unknown` is an error or a time-out: it may have been applied, or may be yet. */
export type CommitAnswer =
  | { readonly kind: 'committed' }
  | { readonly kind: 'refused'; readonly found: FoundAtRefusal }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What stands there instead, read in the refused transaction itself; undefined where there is nothing. */
export interface FoundAtRefusal {
  readonly claim: Revision | undefined;
  readonly record: Revision | undefined;
  readonly checkpoint: FoldCheckpoint | undefined;
  /** The revision of the segment that stands where the last that was folded did. */
  readonly folded?: Revision | undefined;
}

/** A part as it stands at one revision. */
export interface LoadedPart {
  readonly checkpoint: { readonly value: FoldCheckpoint; readonly version: bigint } | undefined;
  readonly documents: readonly StoredDocument[];
  readonly revision: Revision;
}

/** The read models in etcd, as their one writer sees them. */
export interface ModelStore {
  /**
   * The checkpoint and, when asked for, the documents of a part, all at one revision that is not older than the call
   * (or at `at`). Documents come in the order of their keys. Throws when etcd does not answer.
   */
  load(part: ModelPart, documents: boolean, signal: AbortSignal, at?: Revision): Promise<LoadedPart>;
  /** The paths of a part's documents, in the order of their keys, at no one revision. Throws when etcd does not answer. */
  paths(part: ModelPart, signal: AbortSignal): Promise<readonly (readonly string[])[]>;
  /** Sends one transaction, once; never throws for what etcd or the network does, throws when the signal aborts. */
  commit(step: CommitStep, signal: AbortSignal): Promise<CommitAnswer>;
}
