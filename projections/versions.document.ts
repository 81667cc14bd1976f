import { type ProjectionName } from '../domain/generation.js';

/**
 * The version of each projection's fold and documents. To raise one builds its read model anew beside the old one; a
 * gateway reads this version and the one before.
 */
export const projectionVersions: Readonly<Record<ProjectionName, number>> = {
  gpu: 1,
  host: 1,
  cluster: 1,
  history: 2,
  health: 1,
};

/** Whether this program reads documents of a version. */
export const readsVersion = (projection: ProjectionName, version: number): boolean =>
  version === projectionVersions[projection] || version === projectionVersions[projection] - 1;
