import { type ArchiveHead, type ArchiveName, type ArchiveStretch } from '../../domain/archive-file.js';
import { type LogEntry } from '../../domain/log-entry.js';

/** Of a file whose content is not what it should be. */
export interface DamagedFile extends Error {
  readonly isDamaged: true;
}

export const isDamagedFile = (error: unknown): error is DamagedFile =>
  error instanceof Error && (error as Partial<DamagedFile>).isDamaged === true;

/** Reading an archive. Throws with a sentence that names the folder or the file, where that is damaged a `DamagedFile`. */
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
