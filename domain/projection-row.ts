import { type ProjectionName } from './generation.js';

/** A generation as `projections list --json` and `GET /api/v1/projections` show it. */
export interface ProjectionRow {
  readonly name: ProjectionName;
  readonly version: number;
  readonly generation: string;
  readonly state: 'building' | 'active' | 'failed';
  readonly partial: boolean;
  /** True when no live collector folds this version any more: it is served as it stands. */
  readonly old: boolean;
  /** Segments in the log that it has not folded; for history, those of runs that have ended and are not written. */
  readonly lag_segments: number;
  /** Events folded; for history, those of the open run count. */
  readonly events: number;
  readonly events_per_second: number;
  readonly partitions: number;
  /** Partitions that are folded to their end. */
  readonly partitions_done: number;
  /** Why a build has failed; null for one that has not. */
  readonly failure: string | null;
  /** Partitions that cannot go on, and why (promise L6). */
  readonly stopped: readonly { readonly partition: number; readonly key: string; readonly reason: string }[];
}
