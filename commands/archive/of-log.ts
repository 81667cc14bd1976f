import { archiveName } from '../../domain/archive-file.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type ArchiveReader } from './archive-port.js';
import { StrayFile } from './archive-refused.js';
import { strayOf } from './fork.js';

/**
 * An archive of which no file is handed on that is not of this log: put among those that are, it would count as a
 * stretch of it. Throws StrayFile, and what the archive throws.
 *
 * @param identity of the log, as soon as it is known
 */
export const ofLog = (archive: ArchiveReader, identity: () => LogIdentity | undefined): ArchiveReader => ({
  names: () => archive.names(),
  read: async (name) => {
    const stretch = await archive.read(name);
    const known = identity();
    const stray = known && strayOf(known, stretch.head);
    if (stray !== undefined) throw new StrayFile(`${archiveName(name)}: ${stray}`);
    return stretch;
  },
});
