import { type OwnClaim } from '../../domain/collector-group.js';
import { OwnedPart } from './owned-part.js';
import { type Surroundings } from './surroundings.js';

/** Loads the claimed parts; undefined when the generation of one is no longer there. Throws when etcd does not answer. */
export const openParts = async (
  { registry, models, projections, suspended }: Surroundings,
  claims: readonly OwnClaim[],
  signal: AbortSignal,
): Promise<readonly OwnedPart[] | undefined> => {
  const { generations } = await registry.read(signal);
  const openings = claims.flatMap((claim) => {
    const { projection: name, generation } = claim.part;
    const known = generations.find(({ record }) => record.projection === name && record.generation === generation);
    const projection = projections.find((one) => one.name === name);
    return known && projection ? [{ claim, projection, known }] : [];
  });
  if (openings.length < claims.length) return undefined;
  return Promise.all(
    openings.map(({ claim, projection, known }) => OwnedPart.open(models, projection, claim, known, suspended, signal)),
  );
};
