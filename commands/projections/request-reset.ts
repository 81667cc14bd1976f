import { type BuildOutcome, type ResetRequest, resetProjection } from '../../domain/build-decisions.js';
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

/** What became of the request, and whether a collector is there to carry it out. */
export interface ResetAnswer {
  readonly outcome: BuildOutcome;
  readonly foldable: boolean;
}

/**
 * Asks for a projection to be built anew (promise R1): collectors begin with it as soon as they see the record. Throws
 * when etcd does not answer.
 *
 * @param given what to do where the log no longer reaches back to its beginning
 */
export const requestReset = async (
  { registry, collectors }: ResetPorts,
  projection: ProjectionName,
  given: Pick<ResetRequest, 'trimmed' | 'archive'>,
  now: Instant,
  signal: AbortSignal,
): Promise<ResetAnswer> => {
  const members = await collectors(signal);
  const folded = members
    .flatMap(({ folds }) => folds)
    .filter((fold) => fold.projection === projection)
    .map(({ version }) => version);
  const outcome = await registry.change(
    (view, horizons) => resetProjection(view, horizons, { projection, folded, now, ...given }),
    signal,
  );
  const foldable = outcome.kind === 'started' && members.some((member) => canFold(member, outcome.record));
  return { outcome, foldable };
};
