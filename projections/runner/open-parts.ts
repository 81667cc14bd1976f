import { type OwnClaim } from '../../domain/collector-group.js';
import { type KnownGeneration } from '../../domain/generation-registry.js';
import { type Surroundings } from './surroundings.js';
import { openPart } from './open-part.js';
import { type OwnedPart } from './owned-part.js';

/** Loads the claimed parts; undefined when the generation of one is no longer there. Throws when etcd does not answer. */
export const openParts = async (
  around: Surroundings,
  claims: readonly OwnClaim[],
  signal: AbortSignal,
): Promise<readonly OwnedPart[] | undefined> => {
  const { generations } = await around.registry.read(signal);
  const openings = claims.flatMap((claim) => {
    const known = generations.find(({ record }) => isOf(record, claim));
    const projection = around.projections.find(({ name }) => name === claim.part.projection);
    return known && projection ? [{ claim, projection, known }] : [];
  });
  if (openings.length < claims.length) return undefined;
  return Promise.all(openings.map((opening) => openPart(around, opening, signal)));
};

const isOf = (record: KnownGeneration['record'], { part: { projection, generation } }: OwnClaim): boolean =>
  record.projection === projection && record.generation === generation;
