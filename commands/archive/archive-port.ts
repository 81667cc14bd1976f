import { type ArchiveHead, type ArchiveName, type ArchiveStretch } from '../../domain/archive-file.js';
import { type LogEntry } from '../../domain/log-entry.js';

/** Reading an archive. Throws with a sentence that names the folder or the file. */
export interface ArchiveReader {
  /** In the order of the log, and without a gap. */
  names(): Promise<readonly ArchiveName[]>;
  read(name: ArchiveName): Promise<ArchiveStretch>;
}

/** Writing one; see `ArchiveFolder`. */
export interface ArchiveWriter extends ArchiveReader {
  beginWriting(): Promise<() => Promise<void>>;
  write(
    head: Omit<ArchiveHead, 'format' | 'entries'>,
    entries: readonly LogEntry[],
  ): Promise<{ readonly name: ArchiveName; readonly bytes: number }>;
}
