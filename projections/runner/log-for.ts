import { type LogReader } from '../../domain/log-entry.js';
import { type Revision } from '../../domain/revision.js';
import { type Surroundings } from './surroundings.js';

/**
 * Where a generation is read from.
 *
 * @param archived up to where an archive is needed for it; only who has one claims it
 */
export const logFor = ({ log, archive }: Surroundings, archived: Revision | undefined): LogReader => {
  if (archived === undefined) return log;
  if (archive === undefined) throw new Error('a build from an archive was claimed without one');
  return archive.upTo(archived);
};
