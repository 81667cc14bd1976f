import { type CollectorAnnouncement } from './collector-announcement.js';
import { type SettledLetter } from './dead-letter-outcome.js';
import { type FoldCheckpoint, type GenerationRecord } from './generation.js';
import { type Partition, type SourceId } from './ids.js';
import { type Revision } from './revision.js';
import { type SourceCheckpoint } from './source-checkpoint.js';
import { type SplitPlan } from './split-plan.js';
import { type TrimHorizons } from './trim-horizon.js';

/** A generation and how far it has folded each partition; one not yet begun has no checkpoint. */
export interface GenerationProgress {
  readonly record: GenerationRecord;
  /** True for the one that queries answer from. */
  readonly active: boolean;
  readonly checkpoints: ReadonlyMap<Partition, FoldCheckpoint>;
}

/** The books of the system at one revision: what was read, what was refused, what was folded. */
export interface SystemSnapshot {
  readonly revision: Revision;
  readonly sources: readonly SourceCheckpoint[];
  /** Of the files that are read by ranges, whose checkpoints are among the sources'. */
  readonly plans: readonly SplitPlan[];
  /** Dead letters found by listing their keys, by source. */
  readonly deadLetters: ReadonlyMap<SourceId, number>;
  /** What became of dead letters in the end. */
  readonly settledLetters: readonly SettledLetter[];
  /** By projection in the order in which they are shown, then number. */
  readonly generations: readonly GenerationProgress[];
  /** What retention has dropped of the log. */
  readonly trimmed: TrimHorizons;
  /** The collectors that are there. */
  readonly collectors: readonly CollectorAnnouncement[];
}

/** Takes a snapshot at the store's present revision. Throws when etcd does not answer. */
export type TakeSnapshot = (signal: AbortSignal) => Promise<SystemSnapshot>;
