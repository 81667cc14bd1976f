import { type ArchiveHeld, reachesBack } from './archive-held.js';
import { type GenerationRecord, type ProjectionName } from './generation.js';
import { type Decided, type GenerationsView } from './generation-registry.js';
import { activeOf, recordsOf } from './generations-known.js';
import { formatInstant, type Instant } from './instant.js';
import { beginning, previous, type Revision } from './revision.js';
import { type TrimHorizons, wholeFrom } from './trim-horizon.js';

/*
 * How generations of a projection begin. Each decision is made on a view and applies only while that view still holds,
 * so that any number of processes may decide at once.
 */

/** The first generations of projections that have none, active from the start; the others are left alone. */
export const firstGenerations = (view: GenerationsView, records: readonly GenerationRecord[]): Decided<undefined> => {
  const write = records.filter(({ projection }) => recordsOf(view, projection).length === 0);
  return write.length === 0
    ? { outcome: undefined }
    : { change: { write, remove: [], activate: write }, outcome: undefined };
};

/** A build that was asked for. */
export interface BuildRequest {
  readonly projection: ProjectionName;
  readonly version: number;
  /** What to do where the log no longer reaches back to its beginning. */
  readonly trimmed: 'refuse' | 'build partially';
  /** What an archive of the log holds: where that is all that was trimmed, it is built from there. */
  readonly archive?: ArchiveHeld;
  readonly now: Instant;
}

export type BuildOutcome =
  | { readonly kind: 'started'; readonly record: GenerationRecord }
  /** Nothing was changed. */
  | { readonly kind: 'refused'; readonly reason: string };

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);

/** What of the log is gone, for people. */
const describeMissing = (horizons: TrimHorizons): string => {
  const all = [...horizons];
  const newest = all.map(([, horizon]) => horizon.appended_before).reduce((a, b) => (a > b ? a : b));
  const where = all.map(([partition, { from }]) => `${String(partition)} before revision ${String(from)}`);
  return (
    `${String(sum(all.map(([, { segments }]) => segments)))} segments with ` +
    `${String(sum(all.map(([, { events }]) => events)))} events, appended up to ${formatInstant(newest)} ` +
    `(partition ${where.join(', ')})`
  );
};

const gone = (horizons: TrimHorizons): TrimHorizons =>
  new Map([...horizons].filter(([, { from }]) => from > beginning));

const nextNumber = (view: GenerationsView, projection: ProjectionName): number =>
  1 + Math.max(view.last.get(projection) ?? 0, ...recordsOf(view, projection).map(({ generation }) => generation));

/** Why a build cannot begin: what is missing, and what an archive that was named lacks of it. */
const refusalOf = (missing: TrimHorizons, through: Revision, archive: ArchiveHeld | undefined): string => {
  const reason = `the log does not reach back to its beginning: ${describeMissing(missing)} have been trimmed`;
  if (archive === undefined) return reason;
  const { from, through: end } = archive;
  const held = `and the archive holds the revisions ${String(from)} to ${String(end)} of the log`;
  return `${reason}, ${held}, of which 0 to ${String(through)} are needed`;
};

/** How what is to be built deals with what has been trimmed; undefined where it must not begin. */
const beginningOf = (
  missing: TrimHorizons,
  { trimmed, archive }: Pick<BuildRequest, 'trimmed' | 'archive'>,
): Pick<GenerationRecord, 'partial' | 'from' | 'archived_through'> | undefined => {
  if (missing.size === 0) return { partial: false };
  const through = lastTrimmed(missing);
  if (reachesBack(archive, through)) return { partial: false, archived_through: through };
  if (trimmed === 'refuse') return undefined;
  const from = [...missing].map(([partition, { from, segments, events }]) => ({ partition, from, segments, events }));
  return { partial: true, from };
};

/** What is read from an archive once more is to become the same documents, so it is cut where it was. */
const inheritedCuts = (
  active: GenerationRecord | undefined,
  version: number,
  { archived_through }: Pick<GenerationRecord, 'archived_through'>,
): Pick<GenerationRecord, 'runs_cut'> =>
  archived_through !== undefined && active?.version === version && active.runs_cut !== undefined
    ? { runs_cut: active.runs_cut }
    : {};

const lastTrimmed = (missing: TrimHorizons): Revision => previous(wholeFrom(missing));

/** Begins a new generation beside the active one, in place of one that is being built or has failed. */
export const startBuild = (
  view: GenerationsView,
  horizons: TrimHorizons,
  { projection, version, now, ...request }: BuildRequest,
): Decided<BuildOutcome> => {
  const missing = gone(horizons);
  const begins = beginningOf(missing, request);
  if (begins === undefined) {
    return { outcome: { kind: 'refused', reason: refusalOf(missing, lastTrimmed(missing), request.archive) } };
  }
  const record: GenerationRecord = {
    ...{ projection, generation: nextNumber(view, projection), version, state: 'building', created_at: now },
    ...begins,
    ...inheritedCuts(activeOf(view, projection), version, begins),
  };
  const replaced = recordsOf(view, projection).filter(({ state }) => state === 'building' || state === 'failed');
  return { change: { write: [record], remove: replaced }, outcome: { kind: 'started', record } };
};

/** A reset that was asked for. */
export interface ResetRequest extends Omit<BuildRequest, 'version'> {
  /** The versions of the projection that live collectors fold. */
  readonly folded: readonly number[];
}

/** Builds a projection anew, in the newest version that a live collector folds, never in one older than the active. */
export const resetProjection = (
  view: GenerationsView,
  horizons: TrimHorizons,
  { folded, ...request }: ResetRequest,
): Decided<BuildOutcome> => {
  const versions = recordsOf(view, request.projection)
    .filter(({ state }) => state === 'active')
    .map(({ version }) => version);
  if (versions.length > 0) {
    return startBuild(view, horizons, { ...request, version: Math.max(...versions, ...folded) });
  }
  const reason = `projection ${request.projection} has no active generation yet: its first is on its way, or no collector has run`;
  return { outcome: { kind: 'refused', reason } };
};
