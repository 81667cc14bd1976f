import { lowerFloor } from '../../domain/log-floor.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type TrimHorizons } from '../../domain/trim-horizon.js';
import { type LogArchive, type TrimStore } from './retention-ports.js';

const least = (a: Revision, b: Revision): Revision => (a < b ? a : b);
const greatest = (a: Revision, b: Revision): Revision => (a > b ? a : b);

/** What new horizons give up that earlier ones did not: from a revision to before another. */
const givenUp = (before: TrimHorizons, decided: TrimHorizons): readonly [from: Revision, before: Revision] => {
  const partitions = [...decided.keys()];
  return [
    partitions.map((partition) => before.get(partition)?.from ?? beginning).reduce(least),
    [...decided.values()].map(({ from }) => from).reduce(greatest),
  ];
};

/**
 * Retention that deletes nothing which is not archived, however much is folded (promise R6). Before the log's own copy
 * is given up, the archive's is read: a file may have been damaged since it was written.
 */
export const archivedOnly = (
  trims: TrimStore,
  archive: Pick<LogArchive, 'before' | 'want' | 'vouchesFor'>,
): TrimStore => ({
  horizons: (signal) => trims.horizons(signal),
  record: async (before, decided, guard, signal) => {
    const isThere = await archive.vouchesFor(...givenUp(before.horizons, decided));
    return isThere ? trims.record(before, decided, guard, signal) : { kind: 'answered', value: false };
  },
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
