import { type OwnClaim } from '../../domain/collector-group.js';
import { cutsIn, type FoldCheckpoint } from '../../domain/generation.js';
import { type KnownGeneration } from '../../domain/generation-registry.js';
import { type LoadedPart } from '../../domain/read-model.js';
import { beginning } from '../../domain/revision.js';
import { type PartitionFold, type Projection } from '../projection.js';
import { mayBeOvertaken, uncovered } from './overtaken-chunks.js';
import { OwnedPart } from './owned-part.js';
import { type Surroundings } from './surroundings.js';

/** A claimed part, and what is known of its generation. */
export interface Opening {
  readonly claim: OwnClaim;
  readonly projection: Projection;
  readonly known: KnownGeneration;
}

const foldsNothing: PartitionFold = { fold: () => undefined, take: () => undefined };

const nothingFolded: FoldCheckpoint = { next: beginning, segments: 0, events: 0 };

/**
 * Loads checkpoint and documents, after the claim was made; documents that cannot be read make a part that has failed
 * from the start. Goes on with a suspended fold where there is one. Throws when etcd does not answer.
 */
export const openPart = async (
  { models, suspended }: Pick<Surroundings, 'models' | 'suspended'>,
  opening: Opening,
  signal: AbortSignal,
): Promise<OwnedPart> => {
  const { claim, projection, known } = opening;
  const loaded = await models.load(claim.part, projection.loads, signal);
  const checkpoint = loaded.checkpoint ?? { value: nothingFolded, version: 0n };
  const cuts = cutsIn(known.record, claim.part.partition);
  const { next: unfolded } = checkpoint.value;
  const paths = mayBeOvertaken(cuts, unfolded) ? await models.paths(claim.part, signal) : [];
  const before = suspended.resume(claim.part, checkpoint.version, cuts);
  return new OwnedPart(models, projection, {
    ...{ claim, known, checkpoint, leftOver: uncovered(paths, unfolded) },
    wanted: before?.wanted ?? unfolded,
    folded: before?.folded,
    isResumed: before !== undefined,
    ...(before ? { fold: before.fold, failure: undefined } : beginFold(opening, loaded)),
  });
};

/** A fold from the documents on; one that does nothing, and why, where they cannot be read. */
const beginFold = (
  { claim, projection, known: { record } }: Opening,
  { documents }: LoadedPart,
): { readonly fold: PartitionFold; readonly failure: string | undefined } => {
  const { partition } = claim.part;
  try {
    const fold = projection.open(partition, documents, record.minutes_from, cutsIn(record, partition));
    return { fold, failure: undefined };
  } catch (error) {
    return { fold: foldsNothing, failure: `its documents cannot be loaded: ${String(error)}` };
  }
};
