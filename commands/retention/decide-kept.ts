import { type Instant } from '../../domain/instant.js';
import { sumOf } from './log-block.js';
import { type AgedBlock } from './model-ledger.js';

/** How much of a generation's documents is to stay. */
export interface KeptRules {
  readonly bytes: number;
  /** What tells of nothing since this time goes, whatever its size. */
  readonly since: Instant | undefined;
}

/** A horizon moves seldom and then further than it has to: what is left has this share of the allowance. */
const downTo = 0.9;

/**
 * The first block that is to stay, when another than `from` is: the oldest go first, until what stays is small and
 * young enough. The newest always stays.
 *
 * @param blocks in their order
 * @param from the first block that stays now
 */
export const decideKept = (
  blocks: readonly AgedBlock[],
  from: bigint,
  { bytes: allowed, since }: KeptRules,
): bigint | undefined => {
  const there = blocks.filter(({ block }) => block >= from);
  let kept = sumOf(there, ({ bytes }) => bytes);
  const tooMany = kept > allowed;
  let decided: bigint | undefined;
  for (const [i, { bytes, newest }] of there.slice(0, -1).entries()) {
    const tooOld = since !== undefined && newest < since;
    if (!tooOld && !(tooMany && kept > allowed * downTo)) break;
    decided = there[i + 1]!.block;
    kept -= bytes;
  }
  return decided;
};
