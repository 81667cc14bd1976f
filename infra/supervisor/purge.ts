import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What telemetry itself puts into a data folder. */
const ours = [/^etcd$/, /^logs$/, /^cache$/, /^system\.json/, /^supervisor\.pid/, /^control\.sock$/];

/**
 * Removes what telemetry put into a data folder, and the folder when nothing else is in it. Anything else stays, since
 * a folder may be named by mistake; answers with the names of what stayed.
 */
export const purgeDataFolder = async (dataDir: string): Promise<readonly string[]> => {
  const names = await readdir(dataDir).catch(() => []);
  const [mine, others] = [names.filter(isOurs), names.filter((name) => !isOurs(name))];
  for (const name of mine) await rm(join(dataDir, name), { recursive: true, force: true });
  if (others.length === 0) await rmdir(dataDir).catch(() => undefined);
  return others;
};

const isOurs = (name: string): boolean => ours.some((pattern) => pattern.test(name));
