import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and what is missing above it; one that is there stays as it is. Throws an Error whose message is for
 * people. Not by Node's `recursive`: below a folder like /proc, which takes no new ones and says of each that it is
 * not there, that tries for ever.
 *
 * @param mode of those that are made
 */
export const makeFolder = async (path: string, mode?: number): Promise<void> => {
  if (await tryToMake(path, mode)) return;
  const above = dirname(path);
  if (above !== path) await makeFolder(above, mode);
  if (above === path || !(await tryToMake(path, mode))) throw new Error(`no folder can be made in ${above}`);
};

/** False when there is nothing to make it in. */
const tryToMake = async (path: string, mode: number | undefined): Promise<boolean> => {
  try {
    await mkdir(path, { mode });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    if (await isFolder(path)) return true;
    throw error;
  }
};

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
