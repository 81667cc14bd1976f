import { isOld } from '../../domain/build-decisions.js';
import { type ProjectionName } from '../../domain/generation.js';
import { type GenerationProgress, type SystemSnapshot } from '../../domain/system-snapshot.js';

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

/** How far a generation is, however that was counted. */
export type Reached = Pick<ProjectionRow, 'lag_segments' | 'events' | 'partitions' | 'partitions_done'>;

/**
 * The generations that are shown: one that was active before is on its way out. The one that queries answer from comes
 * first of its projection.
 */
export const shownOf = ({ generations }: SystemSnapshot): readonly GenerationProgress[] => {
  const shown = generations.filter(({ record }) => record.state !== 'retired');
  const names = [...new Set(shown.map(({ record }) => record.projection))];
  return names.flatMap((name) => {
    const own = shown.filter(({ record }) => record.projection === name);
    return [...own.filter(({ active }) => active), ...own.filter(({ active }) => !active)];
  });
};

export const rowOf = (
  { record }: GenerationProgress,
  { collectors }: Pick<SystemSnapshot, 'collectors'>,
  reached: Reached,
): ProjectionRow => {
  const { projection, generation } = record;
  const versions = collectors.flatMap(({ folds }) => folds.filter((fold) => fold.projection === projection));
  const rates = collectors.flatMap(({ rates: all = [] }) =>
    all.filter((rate) => rate.projection === projection && rate.generation === generation),
  );
  const folded = versions.map(({ version }) => version);
  return {
    ...{ name: projection, version: record.version, generation: String(generation), partial: record.partial },
    state: record.state === 'building' || record.state === 'failed' ? record.state : 'active',
    old: isOld(record, folded, collectors.length),
    ...reached,
    events_per_second: rates.reduce((sum, rate) => sum + rate.events_per_second, 0),
    failure: record.failure ?? null,
    stopped: collectors
      .flatMap(({ stopped }) => stopped)
      .filter((stop) => stop.projection === projection && (stop.generation ?? generation) === generation)
      .map(({ partition, key, reason }) => ({ partition, key, reason })),
  };
};
