import { type KnownGeneration } from '../../domain/generation-registry.js';
import { type Partition } from '../../domain/ids.js';
import { type ModelPart } from '../../domain/read-model.js';

/** Parts that are read together: one partition of all active generations, or of one that is being built. */
export interface Slot {
  readonly key: string;
  readonly partition: Partition;
  readonly parts: readonly ModelPart[];
  /** Whether queries do not answer from it yet. */
  readonly isBuild: boolean;
}

const generationOf = ({ projection, generation }: Pick<ModelPart, 'projection' | 'generation'>): string =>
  `${projection}/${String(generation)}`;

/** Tells parts apart. */
export const nameOf = (part: ModelPart): string => `${generationOf(part)}/${String(part.partition)}`;

export const isSamePart = (a: ModelPart, b: ModelPart): boolean => nameOf(a) === nameOf(b);

/** What tells whether a slot's parts have changed. */
export const contentOf = (slot: Slot): string => slot.parts.map(nameOf).join(' ');

/** The slots of a share. A generation being built stands far behind the active ones and has a reader of its own. */
export const slotsOf = (share: readonly ModelPart[], generations: readonly KnownGeneration[]): readonly Slot[] => {
  const building = new Set(
    generations.filter(({ record }) => record.state === 'building').map(({ record }) => generationOf(record)),
  );
  const parts = new Map<string, ModelPart[]>();
  for (const part of share) {
    const key = building.has(generationOf(part)) ? nameOf(part) : String(part.partition);
    parts.set(key, [...(parts.get(key) ?? []), part]);
  }
  return [...parts].map(([key, together]) => ({
    ...{ key, partition: together[0]!.partition, parts: together },
    isBuild: together.some((part) => building.has(generationOf(part))),
  }));
};
