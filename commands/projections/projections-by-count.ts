import { type Partition } from '../../domain/ids.js';
import { type SystemSnapshot } from '../../domain/system-snapshot.js';
import { type PartitionReach, remainingOf } from './count-segments.js';
import { type ProjectionRow } from '../../domain/projection-row.js';
import { rowOf, shownOf } from './projection-row.js';

/**
 * How far each generation is, by counting alone (see count-segments). Nothing is read of the log, whose backlog may be
 * long. Exact, but that history counts its open runs as not folded.
 */
export const projectionsByCount = (
  snapshot: SystemSnapshot,
  reaches: readonly PartitionReach[],
  partitions: number,
): readonly ProjectionRow[] =>
  shownOf(snapshot).map((generation) => {
    const lags = Array.from({ length: partitions }, (_, partition) =>
      remainingOf(generation, reaches, partition as Partition),
    );
    return rowOf(generation, snapshot, {
      lag_segments: lags.reduce((sum, lag) => sum + lag, 0),
      events: [...generation.checkpoints.values()].reduce((sum, { events }) => sum + events, 0),
      partitions,
      partitions_done: lags.filter((lag) => lag === 0).length,
    });
  });
