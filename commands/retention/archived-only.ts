import { lowerFloor } from '../../domain/log-floor.js';
import { type LogArchive, type TrimStore } from './retention-ports.js';

/** Retention that deletes nothing which is not archived, however much is folded (promise R6). */
export const archivedOnly = (trims: TrimStore, archive: Pick<LogArchive, 'before' | 'want'>): TrimStore => ({
  horizons: (signal) => trims.horizons(signal),
  record: (before, decided, guard, signal) => trims.record(before, decided, guard, signal),
  deleteBefore: (horizons, signal) => trims.deleteBefore(horizons, signal),
  floors: async (signal) => {
    archive.want();
    const archived = { before: archive.before, keepers: [{ kind: 'archive' }] } as const;
    const answer = await trims.floors(signal);
    if (answer.kind === 'unknown') return answer;
    const { folded, registry } = answer.value;
    const floors = [...folded].map(([partition, floor]) => [partition, lowerFloor(floor, archived)] as const);
    return { kind: 'answered', value: { folded: new Map(floors), registry } };
  },
});
