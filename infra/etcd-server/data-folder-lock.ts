import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The pid of the process that holds the lock of an etcd data folder, from Linux's /proc/locks, whose lines are
 * `1: FLOCK ADVISORY WRITE {pid} {major}:{minor}:{inode} 0 EOF` (see proc_locks(5)); undefined when nobody does or
 * the system does not tell. Asked ahead because a second etcd waits for that lock for ever and says nothing.
 */
export const holderOfDataFolder = async (dataDir: string): Promise<number | undefined> => {
  const database = await stat(join(dataDir, 'member', 'snap', 'db')).catch(() => undefined);
  if (database === undefined) return undefined;
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '');
  const line = locks.split('\n').find((lock) => lock.split(/\s+/)[5]?.split(':')[2] === String(database.ino));
  return line === undefined ? undefined : Number(line.split(/\s+/)[4]);
};
