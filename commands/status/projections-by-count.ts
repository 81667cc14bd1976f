import { type SystemSnapshot } from '../../domain/system-snapshot.js';
import { type ProjectionRow } from '../projections/list-projections.js';
import { type LaneReach } from './store-status.js';

/**
 * How far each generation is, by counting alone: sequences begin at 0 and are dense (promise L2), so the ends of the
 * lanes are what was ever appended, and the checkpoints say what was folded. Nothing is read of the log, whose backlog
 * may be long. Exact, but that history counts its open runs as not folded, and a partial generation what it left out.
 */
export const projectionsByCount = (
  { generations, collectors }: SystemSnapshot,
  reaches: readonly LaneReach[],
): readonly ProjectionRow[] => {
  const appended = reaches.reduce((sum, { end }) => sum + end, 0);
  return generations.map(({ record, checkpoints }) => {
    const folded = [...checkpoints.values()];
    return {
      name: record.projection,
      version: record.version,
      generation: String(record.generation),
      state: record.state,
      partial: record.partial,
      lag_segments: Math.max(0, appended - folded.reduce((sum, { segments }) => sum + segments, 0)),
      events: folded.reduce((sum, { events }) => sum + events, 0),
      stopped: collectors
        .flatMap(({ stopped }) => stopped)
        .filter(({ projection }) => projection === record.projection)
        .map(({ partition, key, reason }) => ({ partition, key, reason })),
    };
  });
};
