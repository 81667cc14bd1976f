import { type ProjectionRow } from '../../domain/projection-row.js';
import { type SystemSnapshot } from '../../domain/system-snapshot.js';
import { withTimeLimit } from '../../domain/time-limit.js';
import { listProjections, type ListPorts } from './list-projections.js';
import { projectionsByCount } from './projections-by-count.js';

/** Milliseconds for reading what is not folded yet. */
const usualMs = 3_000;

/**
 * As {@link listProjections}, for those who wait: a backlog that takes longer to read than a few seconds is only
 * counted, and history then counts its open runs as not folded.
 */
export const listWithin = async (
  ports: ListPorts,
  snapshot: SystemSnapshot,
  partitions: number,
  signal: AbortSignal,
  readWithinMs = usualMs,
): Promise<readonly ProjectionRow[]> => {
  const reaches = await ports.reaches(partitions, snapshot.revision, signal);
  const known = { ...ports, reaches: () => Promise.resolve(reaches) };
  return withTimeLimit(signal, readWithinMs, async (limit) => {
    try {
      return await listProjections(known, snapshot, partitions, limit);
    } catch (error) {
      if (!limit.aborted || signal.aborted) throw error;
      return projectionsByCount(snapshot, reaches, partitions);
    }
  });
};
