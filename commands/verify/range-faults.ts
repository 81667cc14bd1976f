import { type SourceId } from '../../domain/ids.js';
import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type SplitPlan } from '../../domain/split-plan.js';
import { type SystemSnapshot } from '../../domain/system-snapshot.js';

type Books = Pick<SystemSnapshot, 'sources' | 'plans'>;

/** Ranges that have ended elsewhere than where the next one begins: rows between them would be lost or doubled. */
export const rangeFaults = ({ sources, plans }: Books): readonly string[] => {
  const checkpoints = new Map(sources.map((checkpoint) => [checkpoint.source, checkpoint]));
  return plans.flatMap((plan) => faultsOf(plan, checkpoints));
};

const faultsOf = (
  { ranges, path }: SplitPlan,
  checkpoints: ReadonlyMap<SourceId, SourceCheckpoint>,
): readonly string[] =>
  ranges.slice(1).flatMap(({ from, row }, index) => {
    const before = checkpoints.get(ranges[index]!.source);
    if (before?.state !== 'ended' || (before.offset === from && before.row === row)) return [];
    return [
      `range ${String(index + 1)} of ${path} ended before byte ${String(before.offset)}, row ${String(before.row)}, ` +
        `where the next begins at byte ${String(from)}, row ${String(row)}`,
    ];
  });

/** Whether all ranges of all plans have been appended to their ends, also those that nobody has begun. */
export const haveRangesEnded = ({ sources, plans }: Books): boolean => {
  const ended = new Set(sources.filter(({ state }) => state === 'ended').map(({ source }) => source));
  return plans.every(({ ranges }) => ranges.every(({ source }) => ended.has(source)));
};
