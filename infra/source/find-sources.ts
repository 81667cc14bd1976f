import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expandGlob, isGlob } from './glob.js';

export const standardInput = '-';

/** What the operator named, as single files (or `-`), each once; or a sentence for each thing that is not there. */
export type SourceSearch =
  | { readonly kind: 'found'; readonly paths: readonly string[] }
  | { readonly kind: 'missing'; readonly problems: readonly string[] };

const isExport = (name: string): boolean => /^[^.].*\.csv(\.gz)?$/i.test(name);

/** A folder stands for its .csv and .csv.gz files, by name; hidden ones and sub-folders are passed over. */
const filesIn = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && isExport(entry.name))
    .map((entry) => join(folder, entry.name))
    .sort();
};

const problemOf = (path: string, error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? `${path === '' ? '""' : path}: there is no such file or folder` : `${path}: ${message}`;
};

const expandOne = async (path: string): Promise<readonly string[] | string> => {
  try {
    if (path === standardInput) return [path];
    const found = await stat(path);
    if (!found.isDirectory()) return [path];
    const files = await filesIn(path);
    return files.length > 0 ? files : `${path}: there is no .csv or .csv.gz file in this folder`;
  } catch (error) {
    return problemOf(path, error);
  }
};

const expandAny = async (given: string): Promise<readonly (readonly string[] | string)[]> => {
  const isThere = await stat(given).then(
    () => true,
    () => false,
  );
  if (isThere || !isGlob(given)) return [await expandOne(given)];
  const matches = await expandGlob(given);
  if (matches.length === 0) return [`${given}: no file matches this pattern`];
  return Promise.all(matches.map(expandOne));
};

/**
 * Files, folders, patterns that the shell did not expand, and `-` for standard input, as single files in the order
 * given. A file reached by several names is taken once.
 */
export const findSources = async (given: readonly string[]): Promise<SourceSearch> => {
  const expanded = (await Promise.all(given.map(expandAny))).flat();
  const problems = expanded.filter((one) => typeof one === 'string');
  if (problems.length > 0) return { kind: 'missing', problems };
  const seen = new Set<string>();
  const paths: string[] = [];
  for (const path of expanded.filter((one) => typeof one !== 'string').flat()) {
    const real = path === standardInput ? path : await realpath(path);
    if (!seen.has(real)) paths.push(path);
    seen.add(real);
  }
  return { kind: 'found', paths };
};
