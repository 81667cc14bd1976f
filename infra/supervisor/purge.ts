import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { holderOfDataFolder } from '../etcd-server/data-folder-lock.js';
import { etcdFolder } from '../etcd-server/etcd-nodes.js';
import { ifThere } from '../processes/if-there.js';

const has = (pattern: RegExp) => (inside: readonly string[]) => inside.some((name) => pattern.test(name));
const always = (): boolean => true;

/**
 * What telemetry itself puts into a data folder, and what a folder of that name holds if it is ours: `/var/lib/etcd` is
 * Kubernetes' own, and `/var/cache` everybody's.
 */
const ours: readonly (readonly [name: RegExp, isOurs: (inside: readonly string[]) => boolean])[] = [
  [/^etcd$/, has(/^nodes\.json$/)],
  [/^logs$/, has(/^supervisor\.log/)],
  [/^cache$/, (inside) => inside.every((name) => name.includes('etcd'))],
  [/^system\.json/, always],
  [/^supervisor\.pid/, always],
  [/^control\.sock$/, always],
];

export interface Purged {
  readonly removed: readonly string[];
  readonly stayed: readonly string[];
}

/**
 * Removes what telemetry put into a data folder, and the folder when nothing else is in it. Anything else stays, since
 * a folder may be named by mistake; answers with the names of what is gone and of what stayed.
 */
export const purgeDataFolder = async (dataDir: string): Promise<Purged> => {
  const removed: string[] = [];
  const stayed: string[] = [];
  for (const name of (await namesIn(dataDir)).toSorted()) {
    const path = join(dataDir, name);
    const [, isOurs] = ours.find(([pattern]) => pattern.test(name)) ?? [];
    (isOurs?.(await namesIn(path)) ? removed : stayed).push(name);
  }
  for (const name of removed) await rm(join(dataDir, name), { recursive: true, force: true });
  if (stayed.length === 0) await rmdir(dataDir).catch(() => undefined);
  return { removed, stayed };
};

/** The pid of an etcd that works in the data folder, as `telemetry etcd` runs one with no supervisor. */
export const etcdAtWork = async (dataDir: string): Promise<number | undefined> => {
  const folder = etcdFolder(dataDir);
  for (const name of await namesIn(folder)) {
    const holder = await holderOfDataFolder(join(folder, name));
    if (holder !== undefined) return holder;
  }
  return undefined;
};

/** None of what is no folder. */
const namesIn = async (folder: string): Promise<string[]> => (await ifThere(readdir(folder))) ?? [];
