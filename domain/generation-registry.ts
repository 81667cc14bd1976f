import { type GenerationRecord, type ProjectionName } from './generation.js';
import { type Revision } from './revision.js';

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
  readonly revision: Revision;
}

/** `projections/…`: the records of the generations and the pointers to the active ones. */
export interface GenerationRegistry {
  read(signal: AbortSignal): Promise<GenerationsView>;
  /** The view now, then a new one after each change (those of one moment together); survives what etcd does. */
  follow(signal: AbortSignal): AsyncIterable<GenerationsView>;
  /**
   * Writes the record and the active pointer of a projection that has neither, in one transaction that compares both
   * with absent; a projection that has them already is left alone, so ten processes starting at once make one.
   */
  createFirst(record: GenerationRecord, signal: AbortSignal): Promise<void>;
}
