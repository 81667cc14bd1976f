import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file as the kernel names it where it tells of locks. */
export interface LockedFile {
  /** Major and minor number in hexadecimal, `fe:00`; undefined where the system does not tell. */
  readonly device: string | undefined;
  readonly inode: bigint;
}

/**
 * The pid of the process that holds a lock of a file, from the text of Linux's /proc/locks, whose lines are
 * `1: FLOCK ADVISORY WRITE {pid} {major}:{minor}:{inode} 0 EOF` (see proc_locks(5)). Each file system numbers its inodes
 * by itself: a lock of the same inode on another device is of another file.
 */
export const holderIn = (locks: string, { device, inode }: LockedFile): number | undefined => {
  for (const line of locks.split('\n')) {
    const [, , , , pid, place = ''] = line.split(/\s+/);
    const [major, minor, number] = place.split(':');
    const isThere = device === undefined || device === `${String(major)}:${String(minor)}`;
    if (isThere && number === String(inode)) return Number(pid);
  }
  return undefined;
};

const hexadecimal = (number: string): string => Number(number).toString(16).padStart(2, '0');

/**
 * The device that an open file has in /proc/locks: that of its mount. What stat(2) gives is another one on btrfs, whose
 * subvolumes have a device each.
 */
const deviceOf = async (descriptor: number): Promise<string | undefined> => {
  const [about, mounts] = await Promise.all(
    [`/proc/self/fdinfo/${String(descriptor)}`, '/proc/self/mountinfo'].map((path) =>
      readFile(path, 'utf8').catch(() => ''),
    ),
  );
  const mount = /^mnt_id:\s*(\d+)$/m.exec(about!)?.[1];
  // `{id} {id of the parent} {major}:{minor} …`, see proc_pid_mountinfo(5).
  const line = mounts!.split('\n').find((one) => one.startsWith(`${String(mount)} `));
  return line?.split(' ')[2]?.split(':').map(hexadecimal).join(':');
};

/**
 * The pid of the process that holds the lock of an etcd data folder; undefined when nobody does or the system does not
 * tell. Asked ahead because a second etcd waits for that lock for ever and says nothing.
 */
export const holderOfDataFolder = async (dataDir: string): Promise<number | undefined> => {
  const database = await open(join(dataDir, 'member', 'snap', 'db')).catch(() => undefined);
  if (database === undefined) return undefined;
  try {
    const { ino: inode } = await database.stat({ bigint: true });
    const device = await deviceOf(database.fd);
    return holderIn(await readFile('/proc/locks', 'utf8').catch(() => ''), { device, inode });
  } finally {
    await database.close();
  }
};
