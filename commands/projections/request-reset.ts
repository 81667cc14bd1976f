import { type BuildOutcome, resetProjection } from '../../domain/build-decisions.js';
import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';
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
 * @param trimmed what to do where the log no longer reaches back to its beginning
 */
export const requestReset = async (
  { registry, collectors }: ResetPorts,
  projection: ProjectionName,
  trimmed: 'refuse' | 'build partially',
  now: Instant,
  signal: AbortSignal,
): Promise<ResetAnswer> => {
  const folded = (await collectors(signal))
    .flatMap(({ folds }) => folds)
    .filter((fold) => fold.projection === projection)
    .map(({ version }) => version);
  const outcome = await registry.change(
    (view, horizons) => resetProjection(view, horizons, { projection, folded, trimmed, now }),
    signal,
  );
  return { outcome, foldable: outcome.kind === 'started' && folded.includes(outcome.record.version) };
};
