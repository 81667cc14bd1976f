import { isOld } from '../../domain/generations-known.js';
import { type ProjectionRow } from '../../domain/projection-row.js';
import { type GenerationProgress, type SystemSnapshot } from '../../domain/system-snapshot.js';

/** How far a generation is, however that was counted. */
type Reached = Pick<ProjectionRow, 'lag_segments' | 'events' | 'partitions' | 'partitions_done'>;

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

const rowOf = (
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

/** A generation, and the segments of each partition, by its number, that it has not folded. */
export interface ListedProjection {
  readonly row: ProjectionRow;
  readonly lags: readonly number[];
}

/** @param events that it has folded */
export const listedOf = (
  generation: GenerationProgress,
  snapshot: Pick<SystemSnapshot, 'collectors'>,
  lags: readonly number[],
  events: number,
): ListedProjection => ({
  row: rowOf(generation, snapshot, {
    lag_segments: lags.reduce((sum, lag) => sum + lag, 0),
    events,
    partitions: lags.length,
    partitions_done: lags.filter((lag) => lag === 0).length,
  }),
  lags,
});
