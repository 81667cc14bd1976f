import { type FoldCheckpoint, type GenerationRecord, type ProjectionName } from './generation.js';
import { type ModelPart } from './read-model.js';
import { type Revision } from './revision.js';
import { type TrimHorizons } from './trim-horizon.js';

/** A generation's record and the revision at which it was last changed, which every commit compares. */
export interface KnownGeneration {
  readonly record: GenerationRecord;
  readonly modified: Revision;
}

/** All generations of all projections at one revision, by projection, then number. */
export interface GenerationsView {
  readonly generations: readonly KnownGeneration[];
  /** The generation that queries answer from, for each projection that has one. */
  readonly active: ReadonlyMap<ProjectionName, number>;
  /** The highest number that each projection has ever used, for those of which it is written down. */
  readonly last: ReadonlyMap<ProjectionName, number>;
  readonly revision: Revision;
}

/** A change of which generations there are, decided on a view; it applies only while all of that view still holds. */
export interface RegistryChange {
  /** Records that are new, or other than they were. */
  readonly write: readonly GenerationRecord[];
  readonly remove: readonly GenerationRecord[];
  /** The generations that queries answer from now on. */
  readonly activate?: readonly GenerationRecord[];
  /** Checkpoints that it was decided on too, and that are not read anew when it is decided again. */
  readonly checkpoints?: readonly StandingCheckpoint[];
  /** The newest commit that it was decided on: not made where etcd has gone back to before that (promise L9). */
  readonly since?: SeenCommit;
}

/** A part of which something was committed, and when, or later. */
export interface SeenCommit {
  readonly part: ModelPart;
  readonly modified: Revision;
}

/** How far a part was; undefined: nothing of it had been committed. */
export interface StandingCheckpoint {
  readonly part: ModelPart;
  readonly stands: FoldCheckpoint | undefined;
}

/** What was decided: nothing to do, or a change; and what to tell whoever asked once it is done. */
export interface Decided<R> {
  readonly change?: RegistryChange;
  readonly outcome: R;
}

/** `projections/…`: the records of the generations and the pointers to the active ones. */
export interface GenerationRegistry {
  read(signal: AbortSignal): Promise<GenerationsView>;
  /** The view now, then a new one after each change (those of one moment together); survives what etcd does. */
  follow(signal: AbortSignal): AsyncIterable<GenerationsView>;
  /**
   * Carries out a decision in one transaction that compares all that it was made on: the registry, the records,
   * pointers and checkpoints concerned, and the recorded horizons of every partition. Where something has changed meanwhile it decides
   * again; a lost answer is settled. Throws when etcd does not answer for ten seconds.
   */
  change<R>(decide: (view: GenerationsView, horizons: TrimHorizons) => Decided<R>, signal: AbortSignal): Promise<R>;
}
