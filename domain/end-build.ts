import { type BuildCheckpoints } from './build-watch.js';
import { cutsIn, type FoldCheckpoint, type GenerationRecord, type RunCut } from './generation.js';
import { type Decided, type GenerationsView } from './generation-registry.js';
import { activeOf, type Build, isBuild, recordOf } from './generations-known.js';
import { type Partition } from './ids.js';
import { beginning } from './revision.js';
import { type TrimHorizons } from './trim-horizon.js';

/*
 * How builds of a projection end, and what was active before them. Each decision is made on a view and applies only
 * while that view still holds, so that any number of processes may decide at once.
 */

export type SwitchOutcome =
  | { readonly kind: 'switched' }
  /** It goes on being built until its runs are ended there. */
  | { readonly kind: 'cut'; readonly cuts: readonly RunCut[] }
  /** They have not been ended yet, or have ended by themselves meanwhile. */
  | { readonly kind: 'waits' }
  /** It is no longer being built. */
  | { readonly kind: 'gone' };

/** So many runs are cut in one change, which compares the checkpoint of each; the others follow in the next. */
const cutTogether = 32;

/**
 * A build from an archive has to be in the log whole behind its checkpoints: see {@link GenerationRecord}. Where a run of
 * it is open across the log's beginning, that is cut there first; undefined where none is.
 */
const cutBefore = (
  record: GenerationRecord,
  horizons: TrimHorizons,
  checkpoints: ReadonlyMap<Partition, FoldCheckpoint>,
): Decided<SwitchOutcome> | undefined => {
  if (record.archived_through === undefined) return undefined;
  const wanted = [...horizons]
    .filter(([partition, { from }]) => from > (checkpoints.get(partition)?.next ?? beginning))
    .map(([partition, { from }]) => ({ partition, at: from }));
  if (wanted.length === 0) return undefined;
  const cuts = wanted.filter(({ partition, at }) => !cutsIn(record, partition).includes(at)).slice(0, cutTogether);
  if (cuts.length === 0) return { outcome: { kind: 'waits' } };
  const cut: GenerationRecord = { ...record, runs_cut: [...(record.runs_cut ?? []), ...cuts] };
  const { projection, generation } = record;
  const standing = cuts.map(({ partition }) => ({
    part: { projection, generation, partition },
    stands: checkpoints.get(partition),
  }));
  return { change: { write: [cut], remove: [], checkpoints: standing }, outcome: { kind: 'cut', cuts } };
};

/**
 * Lets queries answer from a build that has caught up, or cuts its runs before.
 *
 * @param checkpoints of the build; they may have moved on. A run is cut only where they have not: one that has ended by
 * itself would leave a cut that nobody made, and what is built once more would be other bytes
 */
export const switchTo = (
  view: GenerationsView,
  horizons: TrimHorizons,
  build: Build,
  { of: checkpoints, newest }: BuildCheckpoints,
): Decided<SwitchOutcome> => {
  const record = recordOf(view, build);
  if (record?.state !== 'building') return { outcome: { kind: 'gone' } };
  const before = cutBefore(record, horizons, checkpoints);
  if (before !== undefined) return before;
  const active: GenerationRecord = { ...record, state: 'active' };
  const answering = activeOf(view, build.projection);
  const retired: readonly GenerationRecord[] = answering ? [{ ...answering, state: 'retired' }] : [];
  const { projection, generation } = build;
  const since = newest && { part: { projection, generation, partition: newest.partition }, modified: newest.modified };
  return {
    change: { write: [active, ...retired], remove: [], activate: [active], ...(since && { since }) },
    outcome: { kind: 'switched' },
  };
};

/** Ends a build whose fold is broken; its record stays and says why. */
export const failBuild = (view: GenerationsView, build: Build, reason: string): Decided<boolean> => {
  const record = recordOf(view, build);
  if (record?.state !== 'building') return { outcome: false };
  return { change: { write: [{ ...record, state: 'failed', failure: reason }], remove: [] }, outcome: true };
};

/** Removes what was active before; its documents go after its record. */
export const dropRetired = (view: GenerationsView, build: Build): Decided<boolean> => {
  const record = recordOf(view, build);
  if (record?.state !== 'retired') return { outcome: false };
  return { change: { write: [], remove: [record] }, outcome: true };
};

/**
 * Gives up a build, and no later one of its projection. One that has failed is cleared away alike, and one that is gone
 * counts as given up. False when it is neither.
 */
export const cancelBuild = (view: GenerationsView, build: Build): Decided<boolean> => {
  const record = recordOf(view, build);
  if (record === undefined) return { outcome: true };
  return isBuild(record) ? { change: { write: [], remove: [record] }, outcome: true } : { outcome: false };
};
