import { type ProjectionRow } from '../../domain/projection-row.js';
import { type SystemSnapshot } from '../../domain/system-snapshot.js';
import { withTimeLimit } from '../../domain/time-limit.js';
import { listLags, type ListPorts } from './list-projections.js';
import { type ListedProjection } from './projection-row.js';
import { lagsByCount } from './lags-by-count.js';

/** Milliseconds for reading what is not folded yet. */
const usualMs = 3_000;

/**
 * As `listProjections`, for those who wait: a backlog that takes longer to read than a few seconds is only
 * counted, and history then counts its open runs as not folded.
 */
export const listWithin = async (
  ports: ListPorts,
  snapshot: SystemSnapshot,
  partitions: number,
  signal: AbortSignal,
  readWithinMs = usualMs,
): Promise<readonly ProjectionRow[]> =>
  (await listLagsWithin(ports, snapshot, partitions, signal, readWithinMs)).map(({ row }) => row);

/** The same, with how far each partition is. */
export const listLagsWithin = async (
  ports: ListPorts,
  snapshot: SystemSnapshot,
  partitions: number,
  signal: AbortSignal,
  readWithinMs = usualMs,
): Promise<readonly ListedProjection[]> => {
  const reaches = await ports.reaches(partitions, snapshot.revision, signal);
  const known = { ...ports, reaches: () => Promise.resolve(reaches) };
  return withTimeLimit(signal, readWithinMs, async (limit) => {
    try {
      return await listLags(known, snapshot, partitions, limit);
    } catch (error) {
      if (!limit.aborted || signal.aborted) throw error;
      return lagsByCount(snapshot, reaches, partitions);
    }
  });
};
