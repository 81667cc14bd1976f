import { type Build } from '../../domain/generations-known.js';
import { canFold } from '../../domain/collector-announcement.js';
import { type GroupView } from '../../domain/collector-group.js';
import { type KnownGeneration } from '../../domain/generation-registry.js';
import { type GenerationRecord, isFolded, projectionNames } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { type ModelPart } from '../../domain/read-model.js';
import { type Assignment, assignPartitions } from './assign-partitions.js';

const nameOf = ({ projection, generation }: Build): string => `${projection}/${String(generation)}`;

const rank = (part: ModelPart): number => projectionNames.indexOf(part.projection) * 1e9 + part.generation;

/** Generations that the same members can fold: they are shared out together. */
interface Together {
  readonly able: readonly string[];
  readonly records: readonly GenerationRecord[];
}

const together = (records: readonly GenerationRecord[], { members }: GroupView): readonly Together[] => {
  const groups = new Map<string, GenerationRecord[]>();
  for (const record of records) {
    const able = members.filter((member) => canFold(member, record)).map((member) => member.id);
    const among = JSON.stringify(able.sort());
    groups.set(among, [...(groups.get(among) ?? []), record]);
  }
  return [...groups].map(([among, own]) => ({ able: JSON.parse(among) as string[], records: own }));
};

/**
 * Who counts as the holder of each partition: the member with the first claim on it, in the order of the projections.
 * One holder for all generations brings them together on one process. Claims on these generations come first: what
 * other members do about others must not move these.
 */
const holdersAmong = ({ able, records }: Together, view: GroupView): Assignment => {
  const holders = new Map<Partition, string>();
  const own = new Set(records.map(nameOf));
  const order = (part: ModelPart) => rank(part) + (own.has(nameOf(part)) ? 0 : projectionNames.length * 1e9);
  for (const { part, member } of [...view.claims].sort((a, b) => order(a.part) - order(b.part))) {
    if (able.includes(member) && !holders.has(part.partition)) holders.set(part.partition, member);
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
  const folded = generations.map(({ record }) => record).filter(isFolded);
  return together(folded, view).flatMap((group) => {
    const assigned = assignPartitions(partitions, group.able, holdersAmong(group, view));
    const mine = [...assigned].filter(([, owner]) => owner === me).map(([partition]) => partition);
    return group.records.flatMap(({ projection, generation }) =>
      mine.map((partition) => ({ projection, generation, partition })),
    );
  });
};
