import { type Partition, type Sequence } from '../../domain/ids.js';
import { type GenerationProgress } from '../../domain/system-snapshot.js';

/** Up to where one lane of a partition reaches: `end` is exclusive. */
export interface PartitionReach {
  readonly partition: Partition;
  readonly end: Sequence;
}

/**
 * Segments of a partition that a generation has not folded, by counting alone: sequences begin at 0 and are dense
 * (promise L2), so the ends of the lanes are what was ever appended, and the checkpoint says what was folded.
 */
export const remainingOf = (
  { record, checkpoints }: GenerationProgress,
  reaches: readonly PartitionReach[],
  partition: Partition,
): number => {
  const appended = reaches.reduce((sum, reach) => sum + (reach.partition === partition ? reach.end : 0), 0);
  const before = record.from?.find((one) => one.partition === partition)?.segments ?? 0;
  return Math.max(0, appended - before - (checkpoints.get(partition)?.segments ?? 0));
};
