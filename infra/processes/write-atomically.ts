import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.js';

/** Replaces a file so that a reader, or a crash at any instant, sees the old text or the new one and nothing between. */
export const writeAtomically = async (path: string, text: string): Promise<void> => {
  await makeFolder(dirname(path));
  const fresh = `${path}.${String(process.pid)}.new`;
  try {
    const file = await open(fresh, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
};
