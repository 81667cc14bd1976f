import { type Instant } from '../../domain/instant.js';
import { type MaintenanceReport } from '../../domain/maintenance-report.js';
import { type Revision } from '../../domain/revision.js';
import { trimmedInAll } from '../../domain/trim-horizon.js';
import { type Found } from './retention-ports.js';

/**
 * What was found as it is told to everybody.
 *
 * @param archived before which revision the log is archived, where nothing is to go that is not
 */
export const reportOf = (
  { log, models }: Found,
  holder: string,
  archived: Revision | undefined,
  at: Instant,
): MaintenanceReport => {
  const { segments, events } = trimmedInAll(log.horizons);
  const archiving = { archived: archived !== undefined, ...(archived !== undefined && { archived_before: archived }) };
  return {
    ...{ at, holder },
    log: { ...heldOf(log), trimmed_segments: segments, trimmed_events: events, held_back: log.heldBack, ...archiving },
    models: models.map(({ record: { projection, generation }, deletedTo, ...held }) => ({
      ...{ projection, generation, ...(deletedTo !== undefined && { deleted_to: deletedTo }) },
      ...heldOf(held),
    })),
  };
};

const heldOf = ({ bytes, allowed, oldest, newest }: Pick<Found['log'], 'bytes' | 'allowed' | 'oldest' | 'newest'>) => ({
  ...{ bytes, allowed_bytes: allowed, oldest: oldest ?? null, newest: newest ?? null },
});
