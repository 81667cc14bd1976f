import { type BuildOutcome, type ResetRequest, resetProjection } from '../../domain/begin-build.js';
import { type ArchiveHeld } from '../../domain/archive-held.js';
import { canFold, type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { type GenerationRegistry } from '../../domain/generation-registry.js';
import { type ProjectionName } from '../../domain/generation.js';
import { type Instant } from '../../domain/instant.js';

/** What a reset needs of the store. */
export interface ResetPorts {
  readonly registry: Pick<GenerationRegistry, 'change'>;
  /** The collectors that live. Throws when etcd does not answer. */
  readonly collectors: (signal: AbortSignal) => Promise<readonly CollectorAnnouncement[]>;
}

/** What to do where the log no longer reaches back to its beginning. */
export interface ResetGiven extends Pick<ResetRequest, 'trimmed'> {
  /** What an archive holds that was named, or whatever archive a live collector was started with. */
  readonly archive?: ArchiveHeld | 'as collectors have it';
}

/** What became of the request, and whether a collector is there to carry it out. */
export interface ResetAnswer {
  readonly outcome: BuildOutcome;
  readonly foldable: boolean;
}

/**
 * Asks for a projection to be built anew (promise R1): collectors begin with it as soon as they see the record. Throws
 * when etcd does not answer.
 */
export const requestReset = async (
  { registry, collectors }: ResetPorts,
  projection: ProjectionName,
  { trimmed, archive: named }: ResetGiven,
  now: Instant,
  signal: AbortSignal,
): Promise<ResetAnswer> => {
  const members = await collectors(signal);
  const folded = members
    .flatMap(({ folds }) => folds)
    .filter((fold) => fold.projection === projection)
    .map(({ version }) => version);
  const archive = named === 'as collectors have it' ? longestArchive(members, projection) : named;
  const given = { trimmed, ...(archive && { archive }) };
  const outcome = await registry.change(
    (view, horizons) => resetProjection(view, horizons, { projection, folded, now, ...given }),
    signal,
  );
  const foldable = outcome.kind === 'started' && members.some((member) => canFold(member, outcome.record));
  return { outcome, foldable };
};

/** The one that reaches back furthest, and then on furthest, of those that collectors of the projection read. */
const longestArchive = (
  members: readonly CollectorAnnouncement[],
  projection: ProjectionName,
): ArchiveHeld | undefined =>
  members
    .filter(({ folds }) => folds.some((fold) => fold.projection === projection))
    .flatMap(({ archive }) => archive ?? [])
    .reduce<ArchiveHeld | undefined>(
      (best, one) => (best === undefined || isLonger(one, best) ? one : best),
      undefined,
    );

const isLonger = (a: ArchiveHeld, b: ArchiveHeld): boolean =>
  a.from < b.from || (a.from === b.from && a.through > b.through);
