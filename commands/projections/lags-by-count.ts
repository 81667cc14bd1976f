import { type Partition } from '../../domain/ids.js';
import { type SystemSnapshot } from '../../domain/system-snapshot.js';
import { type PartitionReach, remainingOf } from './count-segments.js';
import { type ListedProjection, listedOf, shownOf } from './projection-row.js';

/**
 * How far each generation is, and each partition of it, by counting alone (see count-segments). Nothing is read of the log,
 * whose backlog may be long. Exact, but that history counts its open runs as not folded.
 */
export const lagsByCount = (
  snapshot: SystemSnapshot,
  reaches: readonly PartitionReach[],
  partitions: number,
): readonly ListedProjection[] =>
  shownOf(snapshot).map((generation) => {
    const lags = Array.from({ length: partitions }, (_, partition) =>
      remainingOf(generation, reaches, partition as Partition),
    );
    const events = [...generation.checkpoints.values()].reduce((sum, checkpoint) => sum + checkpoint.events, 0);
    return listedOf(generation, snapshot, lags, events);
  });
