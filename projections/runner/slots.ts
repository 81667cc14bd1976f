import { archiveNeeded, cutsIn, type GenerationRecord } from '../../domain/generation.js';
import { type KnownGeneration } from '../../domain/generation-registry.js';
import { type Partition } from '../../domain/ids.js';
import { type ModelPart } from '../../domain/read-model.js';
import { type Revision } from '../../domain/revision.js';

/** Parts that are read together: one partition of all active generations, or of builds that began together. */
export interface Slot {
  readonly key: string;
  readonly partition: Partition;
  readonly parts: readonly ModelPart[];
  /** Whether queries do not answer from it yet. */
  readonly isBuild: boolean;
  /** Where runs of its builds are cut: with one more, what was read since the checkpoint is read again. */
  readonly cuts: readonly Revision[];
}

/**
 * Builds are read together when each began so many nanoseconds after the one before it at most, as those of one reset
 * do: who joins makes the others read again what they have read since they began.
 */
const togetherNs = 5_000_000_000n;

const generationOf = ({ projection, generation }: Pick<ModelPart, 'projection' | 'generation'>): string =>
  `${projection}/${String(generation)}`;

/** Tells parts apart. */
export const nameOf = (part: ModelPart): string => `${generationOf(part)}/${String(part.partition)}`;

export const isSamePart = (a: ModelPart, b: ModelPart): boolean => nameOf(a) === nameOf(b);

/** What tells whether a slot's parts have changed. */
export const contentOf = ({ parts, cuts }: Slot): string =>
  [...parts.map(nameOf), ...cuts.map((cut) => `cut at ${String(cut)}`)].join(' ');

const byBeginning = (a: GenerationRecord, b: GenerationRecord): number =>
  a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : generationOf(a) < generationOf(b) ? -1 : 1;

/**
 * What a build can be read with: one that needs the same archive, or none like it. The record of `cluster` changes when
 * retention drops minutes of it, and with each change all that are read together would have to be loaded anew.
 */
const companyOf = (record: GenerationRecord): string =>
  record.projection === 'cluster' ? 'alone' : String(archiveNeeded(record));

/** The first of those that each build is read with, by the build: they began together. */
const leadersOf = (generations: readonly KnownGeneration[]): ReadonlyMap<string, string> => {
  const builds = generations.map(({ record }) => record).filter(({ state }) => state === 'building');
  const leaders = new Map<string, string>();
  const newest = new Map<string, GenerationRecord>();
  for (const record of builds.sort(byBeginning)) {
    const company = companyOf(record);
    const before = newest.get(company);
    const joins = before !== undefined && record.created_at - before.created_at <= togetherNs;
    leaders.set(generationOf(record), joins ? leaders.get(generationOf(before))! : generationOf(record));
    newest.set(company, record);
  }
  return leaders;
};

/** The slots of a share. Builds stand far behind the active generations and are read beside them. */
export const slotsOf = (share: readonly ModelPart[], generations: readonly KnownGeneration[]): readonly Slot[] => {
  const leaders = leadersOf(generations);
  const parts = new Map<string, ModelPart[]>();
  for (const part of share) {
    const leader = leaders.get(generationOf(part));
    const key = leader === undefined ? String(part.partition) : `${leader}/${String(part.partition)}`;
    parts.set(key, [...(parts.get(key) ?? []), part]);
  }
  const records = new Map(generations.map(({ record }) => [generationOf(record), record]));
  return [...parts].map(([key, together]) => {
    const { partition } = together[0]!;
    const isBuild = leaders.has(generationOf(together[0]!));
    // Nothing is read before the cuts of what is active any more.
    const built = isBuild ? together.map((part) => records.get(generationOf(part))!) : [];
    return { key, partition, parts: together, isBuild, cuts: built.flatMap((record) => cutsIn(record, partition)) };
  });
};
