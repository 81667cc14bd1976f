import { type BigIntStats, constants } from 'node:fs';
import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Which file it is, whatever its name: device and inode. */
export type FileIdentity = string;

export const identityOf = (stats: BigIntStats): FileIdentity => `${String(stats.dev)}:${String(stats.ino)}`;

/** What stands at a path now; undefined when nothing does. */
export const identityAt = async (path: string): Promise<FileIdentity | undefined> => {
  try {
    return identityOf(await stat(path, { bigint: true }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Opens what stands at a path to read it; a pipe that has come there since it was looked at is not waited for. */
export const openNow = (path: string): Promise<FileHandle> => open(path, constants.O_RDONLY | constants.O_NONBLOCK);

const openedAs = async (path: string, identity: FileIdentity): Promise<FileHandle | undefined> => {
  let handle: FileHandle;
  try {
    handle = await openNow(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (identityOf(await handle.stat({ bigint: true })) === identity) return handle;
  await handle.close();
  return undefined;
};

/**
 * Opens the file that was seen at a path before, also when it has been renamed within its folder since, as log
 * rotation does. Undefined when it is gone.
 */
export const openAgain = async (path: string, identity: FileIdentity): Promise<FileHandle | undefined> => {
  const atPath = await openedAs(path, identity);
  if (atPath !== undefined) return atPath;
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    if ((await identityAt(join(folder, name))) === identity) return openedAs(join(folder, name), identity);
  }
  return undefined;
};
