import { type ArchiveName, type ArchiveStretch } from '../../domain/archive-file.js';
import { ArchiveUnreadable } from '../../domain/archive-held.js';
import { messageOf } from '../../domain/error-message.js';
import { type ArchiveReader, isDamagedFile } from './archive-port.js';

/** Files that are kept in memory: who reads partition by partition reads each file for every one of them. */
const mostKept = 3;

const unreadable = (error: unknown): never => {
  throw new ArchiveUnreadable(messageOf(error), isDamagedFile(error), { cause: error });
};

/** An archive that throws ArchiveUnreadable, whatever the other throws. */
export const readableArchive = (archive: ArchiveReader): ArchiveReader => ({
  names: () => archive.names().catch(unreadable),
  read: (name) => archive.read(name).catch(unreadable),
});

/** An archive that several read side by side: a file is read once for those that are at it. Throws what the other throws. */
export const sharedArchive = (archive: ArchiveReader): ArchiveReader => {
  const kept = new Map<string, Promise<ArchiveStretch>>();
  return {
    names: () => archive.names(),
    read: (name: ArchiveName) => {
      const known = kept.get(name.sha256);
      const reading = known ?? archive.read(name);
      // The one that was asked for last stands last.
      kept.delete(name.sha256);
      kept.set(name.sha256, reading);
      reading.catch(() => kept.delete(name.sha256));
      for (const oldest of [...kept.keys()].slice(0, -mostKept)) kept.delete(oldest);
      return reading;
    },
  };
};
