import { type GenerationRecord, isFolded, type ProjectionName } from './generation.js';
import { type GenerationsView } from './generation-registry.js';

/** Which generation of which projection. */
export type Build = Pick<GenerationRecord, 'projection' | 'generation'>;

/** Those of one projection. */
export const recordsOf = (view: GenerationsView, projection: ProjectionName): readonly GenerationRecord[] =>
  view.generations.map(({ record }) => record).filter((record) => record.projection === projection);

/** The one that queries answer from. */
export const activeOf = (view: GenerationsView, projection: ProjectionName): GenerationRecord | undefined =>
  recordsOf(view, projection).find(({ generation }) => generation === view.active.get(projection));

export const recordOf = (view: GenerationsView, { projection, generation }: Build): GenerationRecord | undefined =>
  recordsOf(view, projection).find((record) => record.generation === generation);

/** True for one that is being built, or whose build has failed. */
export const isBuild = ({ state }: Pick<GenerationRecord, 'state'>): boolean =>
  state === 'building' || state === 'failed';

/** What is being built of a projection, or has failed; there is one at most. */
export const buildOf = (view: GenerationsView, projection: ProjectionName): GenerationRecord | undefined =>
  recordsOf(view, projection).find(isBuild);

/** True for a generation that nobody folds any more although collectors are there: it is served, and grows old. */
export const isOld = (record: GenerationRecord, folded: readonly number[], collectors: number): boolean =>
  isFolded(record) && collectors > 0 && !folded.includes(record.version);
