import { type Partition } from '../domain/ids.js';
import { type ProjectionName } from '../domain/generation.js';
import { type Instant } from '../domain/instant.js';
import { type DocumentChange, type StoredDocument } from '../domain/read-model.js';
import { type Revision } from '../domain/revision.js';
import { type Segment } from '../domain/segment/segment.js';

export { type DocumentChange, type StoredDocument };

/** Documents to write together with the checkpoint that covers them. */
export interface Pending {
  readonly changes: readonly DocumentChange[];
  /** The revision of the last segment that the changes cover: the checkpoint moves just past it. */
  readonly through: Revision;
  /** Segments and events covered since the last commit. */
  readonly segments: number;
  readonly events: number;
}

/** The fold of one partition of one generation. Owns its state; no clock, no randomness, no I/O (promise P3). */
export interface PartitionFold {
  /** Segments come in the order of the log; a repeated one changes nothing (each document knows its last revision). */
  fold(segment: Segment, revision: Revision, storedBytes: number): void;
  /**
   * What is ready to be committed, undefined when nothing is. Taking it forgets it: a commit once sent is repeated
   * unchanged to its end.
   */
  take(): Pending | undefined;
  /** Of a fold that seldom has ready what takes long to make. */
  readonly gradual?: GradualFold;
}

/** How the same is made ready and taken without being long about it at a time. */
export interface GradualFold {
  /** True while something is to be made ready: `take` of the fold would make all of it. */
  readonly isPreparing: boolean;
  /** Makes some milliseconds' worth of it. */
  prepare(): void;
  /** What is ready by now; the rest stays to be prepared. */
  take(): Pending | undefined;
}

/** A named, versioned fold from events to documents. Raising `version` rebuilds the read model. */
export interface Projection {
  readonly name: ProjectionName;
  readonly version: number;
  /** True when the documents of a partition must be given to `open`; false when the fold starts from nothing. */
  readonly loads: boolean;
  /** What a commit covers: every segment read so far, or the runs of the log that have ended by then. */
  readonly commits: 'segments' | 'ended runs';
  /**
   * @param minutesFrom minutes of clusters before this one are neither kept nor begun again; undefined keeps all
   * @param cuts revisions before which a run of history ends, whatever is in it
   */
  open(
    partition: Partition,
    documents: Iterable<StoredDocument>,
    minutesFrom?: Instant,
    cuts?: readonly Revision[],
  ): PartitionFold;
}
