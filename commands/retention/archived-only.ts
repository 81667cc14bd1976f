import { type LogArchive, type TrimStore } from './retention-ports.js';

/** Retention that deletes nothing which is not archived, however much is folded (promise R6). */
export const archivedOnly = (trims: TrimStore, archive: LogArchive): TrimStore => ({
  horizons: (signal) => trims.horizons(signal),
  record: (before, decided, guard, signal) => trims.record(before, decided, guard, signal),
  deleteBefore: (horizons, signal) => trims.deleteBefore(horizons, signal),
  floors: async (signal) => {
    archive.want();
    const { before } = archive;
    const answer = await trims.floors(signal);
    if (answer.kind === 'unknown') return answer;
    const { folded, registry } = answer.value;
    const floors = [...folded].map(([partition, next]) => [partition, next < before ? next : before] as const);
    return { kind: 'answered', value: { folded: new Map(floors), registry } };
  },
});
