// Files that are used while they are written anew: every `npm run telemetry` builds, several may at the same time, and V8
// believes the code that it is given. So nobody finds half of one, nor one of two halves.
import { Buffer } from 'node:buffer';
import { readFile, rename, writeFile } from 'node:fs/promises';
import process from 'node:process';

const suffix = /\.\d+\.new$/;

export const isBeingWritten = (name) => suffix.test(name);

/** Puts a whole file in the place of another. @param mode who may read it, and run it */
export const writeWhole = async (path, contents, mode = 0o666) => {
  const beside = `${path}.${process.pid}.new`;
  await writeFile(beside, contents, { mode });
  await rename(beside, path);
};

const isThere = async (path, contents) => {
  try {
    return (await readFile(path)).equals(Buffer.from(contents));
  } catch {
    return false;
  }
};

/** The same, unless it holds that already. */
export const writeChanged = async (path, contents) => {
  if (!(await isThere(path, contents))) await writeWhole(path, contents);
};
