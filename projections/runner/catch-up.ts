import { type PartitionHeads } from '../../domain/build-watch.js';
import { type FoldCheckpoint } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { beginning } from '../../domain/revision.js';

type Checkpoints = ReadonlyMap<Partition, FoldCheckpoint>;

/**
 * How a build catches up (promise R1): it has to reach the log's head as it was when looked at first, which may take
 * long, and then the head as it was at that moment, which does not.
 */
export interface CatchUp {
  readonly looks: 1 | 2;
  readonly heads: PartitionHeads;
}

/** The partitions in which a generation has not folded the newest segment that there was. */
export const behind = (heads: PartitionHeads, checkpoints: Checkpoints): readonly Partition[] =>
  [...heads]
    .filter(([partition, newest]) => (checkpoints.get(partition)?.next ?? beginning) <= newest)
    .map(([partition]) => partition);

export type CatchUpStep = 'wait' | 'look again' | 'switch';

/** What comes next for a build, given that it has or has not reached the heads in every partition. */
export const nextStep = ({ looks }: CatchUp, reached: boolean): CatchUpStep => {
  if (!reached) return 'wait';
  return looks === 1 ? 'look again' : 'switch';
};
