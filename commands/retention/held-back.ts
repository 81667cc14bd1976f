import { type HeldBack, type LogFloor, type LogKeeper } from '../../domain/log-floor.js';
import { type Partition } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { firstKept, type TrimHorizons } from '../../domain/trim-horizon.js';
import { decideTrim, type Floors, keptBehind, type TrimRules } from './decide-trim.js';
import { type LaneBlocks, type LogBlock, sumOf } from './log-block.js';

/** Higher than any revision of etcd. */
const never = (1n << 63n) as Revision;

/**
 * What stays behind the new horizons although the rules would have it go, by who keeps it. Where several keep the same,
 * each of them is named.
 *
 * @param decided the new horizons of the partitions that have one
 */
export const heldBack = (
  lanes: readonly LaneBlocks[],
  horizons: TrimHorizons,
  decided: TrimHorizons,
  floors: Floors,
  rules: TrimRules,
): readonly HeldBack[] => {
  const free: Floors = new Map(lanes.flat().map(({ partition }) => [partition, { before: never, keepers: [] }]));
  const wanted = new Map([...horizons, ...decideTrim(lanes, horizons, free, rules)]);
  const staying = keptBehind(lanes, new Map([...horizons, ...decided])).filter(
    ({ partition, lane, end }) => end <= firstKept(wanted.get(partition), lane),
  );
  const byKeeper = new Map<string, { readonly keeper: LogKeeper; readonly blocks: LogBlock[] }>();
  for (const block of staying)
    for (const keeper of floors.get(block.partition)?.keepers ?? []) {
      const name = JSON.stringify(keeper);
      const one = byKeeper.get(name) ?? { keeper, blocks: [] };
      byKeeper.set(name, one);
      one.blocks.push(block);
    }
  return [...byKeeper.values()].map(({ keeper, blocks }) => heldBy(keeper, blocks, floors));
};

const heldBy = (keeper: LogKeeper, blocks: readonly LogBlock[], floors: Floors): HeldBack => {
  const partitions = [...new Set(blocks.map(({ partition }) => partition))].sort((a, b) => a - b);
  return {
    ...{ keeper, from: lowestOf(partitions, floors), partitions },
    segments: sumOf(blocks, ({ first, end }) => end - first),
    bytes: sumOf(blocks, ({ bytes }) => bytes),
  };
};

const lowestOf = (partitions: readonly Partition[], floors: Floors): Revision =>
  partitions
    .map((partition) => floors.get(partition))
    .filter((floor): floor is LogFloor => floor !== undefined)
    .reduce((least, { before }) => (before < least ? before : least), never);
