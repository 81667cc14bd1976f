import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { type FileIdentity, identityAt } from './file-identity.js';

/** Where a path leads in the end, if that is in one of the folders or is one; undefined elsewhere. */
export const realPathWithin = async (path: string, folders: readonly string[]): Promise<string | undefined> => {
  const real = await realpath(path);
  for (const folder of folders) {
    const root = await realpath(folder);
    if (real === root || real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) return real;
  }
  return undefined;
};

/**
 * Whether a file that was opened by a path is one of the folders', wherever links lead. It is asked once the file is
 * open, and goes by which file that is: a link that is turned meanwhile opens nothing else.
 */
export const isWithin = async (path: string, identity: FileIdentity, folders: readonly string[]): Promise<boolean> => {
  const real = await realPathWithin(path, folders);
  return real !== undefined && (await identityAt(real)) === identity;
};
