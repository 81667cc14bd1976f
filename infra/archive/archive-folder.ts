import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  archiveName,
  type ArchiveName,
  type ArchiveStretch,
  chainFault,
  decodeArchive,
  encodeArchive,
  parseArchiveName,
  sha256Of,
} from '../../domain/archive-file.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { makeFolder } from '../processes/make-folder.js';
import { lockForWriting, type WritingLock } from './writing-lock.js';

/** An archive that is not whole, or cannot be read or written: what, and where. */
export class ArchiveFault extends Error {}

/** A file whose content is not what its name says. */
class DamagedArchiveFile extends ArchiveFault {
  readonly isDamaged = true;
}

const part = '.part';
const lockName = '.writing';

/** A folder of archive files. One process writes at a time; readers need not wait for it. */
export class ArchiveFolder {
  #lock: WritingLock | undefined;

  constructor(readonly path: string) {}

  /** The files in the order of the log. Throws ArchiveFault for a folder that is not there or lacks a file. */
  async names(): Promise<readonly ArchiveName[]> {
    const files = await readdir(this.path).catch((error: unknown) => {
      throw new ArchiveFault(`${this.path}: ${sentence(error)}`, { cause: error });
    });
    const names = files.sort().flatMap((name) => parseArchiveName(name) ?? []);
    const fault = chainFault(names);
    if (fault !== undefined) throw new ArchiveFault(`${this.path}: ${fault}`);
    return names;
  }

  /** What a file holds, checked by its hash. Throws ArchiveFault. */
  async read(name: ArchiveName): Promise<ArchiveStretch> {
    const path = join(this.path, archiveName(name));
    const bytes = await readFile(path).catch((error: unknown) => {
      throw new ArchiveFault(`${path}: ${sentence(error)}`, { cause: error });
    });
    const stretch = decodeArchive(name, bytes);
    if (typeof stretch === 'string') throw new DamagedArchiveFile(`${path}: ${stretch}`);
    return stretch;
  }

  /**
   * Makes the folder, says in it who writes, and removes what a killed writer has left. Call the answer to end it.
   * Throws ArchiveFault where another process writes there, or nothing can be written.
   */
  async beginWriting(): Promise<() => Promise<void>> {
    const lock = await this.#begin(join(this.path, lockName));
    this.#lock = lock;
    return async () => {
      this.#lock = undefined;
      await lock.release();
    };
  }

  async #begin(path: string): Promise<WritingLock> {
    try {
      await makeFolder(this.path);
      const locking = await lockForWriting(path, part);
      if (locking.kind === 'held') throw new ArchiveFault(`${path}: ${locking.by} writes there`);
      for (const name of await readdir(this.path))
        if (name.endsWith(part)) await rm(join(this.path, name), { force: true });
      return locking.lock;
    } catch (error) {
      throw error instanceof ArchiveFault ? error : new ArchiveFault(`${path}: ${sentence(error)}`, { cause: error });
    }
  }

  /**
   * Writes a stretch: whole or not at all, and on the disk when this resolves. Throws ArchiveFault, as when the disk is
   * full, and leaves nothing behind.
   */
  async write(
    head: Parameters<typeof encodeArchive>[0],
    entries: readonly LogEntry[],
  ): Promise<{ readonly name: ArchiveName; readonly bytes: number }> {
    const bytes = encodeArchive(head, entries);
    const name = { from: head.from, to: head.to, sha256: sha256Of(bytes) };
    const path = join(this.path, archiveName(name));
    try {
      const file = await open(path + part, 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      if ((await this.#lock?.isHeld()) === false) throw new Error('another process has taken over the writing');
      await rename(path + part, path);
      await flushFolder(this.path);
    } catch (error) {
      await rm(path + part, { force: true }).catch(() => undefined);
      throw new ArchiveFault(`${path} could not be written: ${sentence(error)}`, { cause: error });
    }
    return { name, bytes: bytes.length };
  }
}

/** Those paths that are folders with files of an archive in them. */
export const archivesAmong = async (paths: readonly string[]): Promise<readonly string[]> => {
  const found = await Promise.all(
    paths.map(async (path) => {
      const names = await readdir(path).catch((): string[] => []);
      return names.some((name) => parseArchiveName(name) !== undefined);
    }),
  );
  return paths.filter((_, at) => found[at]);
};

const sentence = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'there is no space left on the disk';
  return message;
};

/** The new name is on the disk only when the folder is. */
const flushFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};
