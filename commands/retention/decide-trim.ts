import { type Partition } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type LogFloor } from '../../domain/log-floor.js';
import { beginning, next } from '../../domain/revision.js';
import { firstKept, type TrimHorizon, type TrimHorizons } from '../../domain/trim-horizon.js';
import { type LaneBlocks, type LogBlock, sumOf } from './log-block.js';

/** How much of the log is to stay. */
export interface TrimRules {
  /** Nothing is given up for its size as long as what lies behind the horizons has no more bytes than this. */
  readonly mostBytes: number;
  /** Down to so many bytes, when there is more. */
  readonly keepBytes: number;
  /** What was appended before this time goes, whatever its size. */
  readonly appendedBefore: Instant | undefined;
}

/**
 * Up to where each partition may be trimmed: what every generation has folded and, with an archive, what is archived. A
 * partition that is not named may not be trimmed at all.
 */
export type Floors = ReadonlyMap<Partition, LogFloor>;

/** What lies behind the recorded horizons. */
export const keptBehind = (lanes: readonly LaneBlocks[], horizons: TrimHorizons): LogBlock[] =>
  lanes.flat().filter(({ partition, lane, end }) => end > firstKept(horizons.get(partition), lane));

/**
 * New horizons for the partitions whose oldest segments are to go: the oldest of all folded blocks first, until what
 * stays is small and young enough. Never goes past a floor, and always keeps the last block of each lane, so its newest
 * segment (promises L1, R6). Partitions that are not in the answer stay as they are.
 */
export const decideTrim = (
  lanes: readonly LaneBlocks[],
  horizons: TrimHorizons,
  floors: Floors,
  { mostBytes, keepBytes, appendedBefore }: TrimRules,
): TrimHorizons => {
  let kept = sumOf(keptBehind(lanes, horizons), ({ bytes }) => bytes);
  const tooMany = kept > mostBytes;
  const decided = new Map<Partition, TrimHorizon>();
  for (const block of candidates(lanes, horizons, floors)) {
    const tooOld = appendedBefore !== undefined && block.newest < appendedBefore;
    if (!tooOld && !(tooMany && kept > keepBytes)) continue;
    const { partition, lane } = block;
    const horizon = decided.get(partition) ?? horizons.get(partition);
    // An older block of the lane that stays keeps the younger ones; counts that another has moved on are not used.
    if (firstKept(horizon, lane) !== block.first) continue;
    decided.set(partition, past(horizon, block));
    kept -= block.bytes;
  }
  return decided;
};

/** What may go, oldest first. */
const candidates = (lanes: readonly LaneBlocks[], horizons: TrimHorizons, floors: Floors): readonly LogBlock[] =>
  keptBehind(
    lanes.map((blocks) => blocks.slice(0, -1)),
    horizons,
  )
    .filter(({ partition, through }) => through < (floors.get(partition)?.before ?? beginning))
    .sort((a, b) => (a.through < b.through ? -1 : a.through > b.through ? 1 : a.partition - b.partition));

const none: TrimHorizon = {
  ...{ from: beginning, lanes: [], segments: 0, events: 0, bytes: 0 },
  appended_before: 0n as Instant,
};

/** The horizon moved past a block. */
const past = (horizon: TrimHorizon = none, { lane, first, end, through, ...block }: LogBlock): TrimHorizon => ({
  from: through >= horizon.from ? next(through) : horizon.from,
  lanes: [...horizon.lanes.filter((one) => one.lane !== lane), { lane, first: end }].sort((a, b) => a.lane - b.lane),
  segments: horizon.segments + end - first,
  events: horizon.events + block.events,
  bytes: horizon.bytes + block.bytes,
  appended_before: block.newest > horizon.appended_before ? block.newest : horizon.appended_before,
});
