import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { type GroupView } from '../../domain/collector-group.js';
import { type KnownGeneration } from '../../domain/generation-registry.js';
import { type GenerationRecord, projectionNames } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { type ModelPart } from '../../domain/read-model.js';
import { type Assignment, assignPartitions } from './assign-partitions.js';

/** True when the member has the fold, in the version, that builds the generation. */
const canFold = (member: CollectorAnnouncement, record: GenerationRecord): boolean =>
  member.folds.some((fold) => fold.projection === record.projection && fold.version === record.version);

const rank = (part: ModelPart): number => projectionNames.indexOf(part.projection) * 1e9 + part.generation;

/**
 * Who counts as the holder of each partition: the member with the first claim on it, in the order of the projections.
 * One holder for all generations brings them together on one process.
 */
const holdersAmong = (members: ReadonlySet<string>, view: GroupView): Assignment => {
  const holders = new Map<Partition, string>();
  for (const { part, member } of [...view.claims].sort((a, b) => rank(a.part) - rank(b.part))) {
    if (members.has(member) && !holders.has(part.partition)) holders.set(part.partition, member);
  }
  return holders;
};

/**
 * The parts that `me` should own, given who is there and who holds what. Each generation is shared among the members
 * that can fold it (promise P6).
 *
 * @param partitions how many the log has
 */
export const shareOf = (
  me: string,
  partitions: number,
  generations: readonly KnownGeneration[],
  view: GroupView,
): readonly ModelPart[] => {
  const assignments = new Map<string, Assignment>();
  return generations.flatMap(({ record }) => {
    const able = view.members.filter((member) => canFold(member, record)).map((member) => member.id);
    const among = JSON.stringify([...able].sort());
    const known = assignments.get(among) ?? assignPartitions(partitions, able, holdersAmong(new Set(able), view));
    assignments.set(among, known);
    return [...known]
      .filter(([, owner]) => owner === me)
      .map(([partition]) => ({ projection: record.projection, generation: record.generation, partition }));
  });
};
