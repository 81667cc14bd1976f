import { ProjectionName, projectionNames } from '../../domain/generation.js';

/** Says which of these are no projections; undefined when all are. */
export const unknownProjections = (names: readonly string[]): string | undefined => {
  const unknown = names.filter((name) => !ProjectionName.is(name));
  if (unknown.length === 0) return undefined;
  return `There is no projection ${unknown.join(', ')}. Projections: ${projectionNames.join(', ')}.`;
};
