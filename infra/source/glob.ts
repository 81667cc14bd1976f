import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';

const special = /[*?[{]/;

export const isGlob = (pattern: string): boolean => special.test(pattern);

const literal = (text: string): string => text.replace(/[.+^$()|\\/{}[\]*?]/g, '\\$&');

/** One name of a path: `*`, `?`, `[a-z]`, `[!a-z]` and `{a,b}`. A leading dot must be written out, as in a shell. */
const namePattern = (pattern: string): RegExp => {
  const parts = pattern.split(/(\*|\?|\[!?[^\]]+\]|\{[^{}]*\})/);
  const source = parts.map((part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.startsWith('{') && part.endsWith('}')) return `(?:${part.slice(1, -1).split(',').map(literal).join('|')})`;
    if (part.startsWith('[') && part.endsWith(']')) {
      const inside = part
        .slice(1, -1)
        .replace(/^!/, '^')
        .replace(/[\\\]]/g, '\\$&');
      return `[${inside}]`;
    }
    return literal(part);
  });
  return new RegExp(`^${pattern.startsWith('.') ? '' : '(?!\\.)'}${source.join('')}$`, 's');
};

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

const entriesOf = async (folder: string): Promise<readonly Entry[]> => {
  try {
    const entries = await readdir(folder === '' ? '.' : folder, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
  } catch {
    // What cannot be listed matches nothing, as in a shell.
    return [];
  }
};

const within = (folder: string, name: string): string => (folder === '' ? name : join(folder, name));

const expand = async (folder: string, names: readonly string[]): Promise<readonly string[]> => {
  const [first, ...rest] = names;
  if (first === undefined) return [folder];
  if (!isGlob(first)) return expand(within(folder, first), rest);
  const entries = await entriesOf(folder);
  const found: string[] = [];
  if (first === '**') {
    found.push(...(await expand(folder, rest)));
    for (const { name, isFolder } of entries) {
      if (isFolder && !name.startsWith('.')) found.push(...(await expand(within(folder, name), names)));
    }
    return found;
  }
  const pattern = namePattern(first);
  for (const { name } of entries) if (pattern.test(name)) found.push(...(await expand(within(folder, name), rest)));
  return found;
};

/**
 * The paths that a shell's pattern matches, sorted; `**` stands for any number of folders. A name behind the last
 * pattern is not looked for: whoever opens it finds out.
 */
export const expandGlob = async (pattern: string): Promise<readonly string[]> => {
  const names = pattern.split(sep);
  const found = pattern.startsWith(sep) ? await expand(sep, names.slice(1)) : await expand('', names);
  return [...new Set(found)].sort();
};
