import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** An empty lock file is one whose holder died, or has not come to write its pid yet. */
const isAbandoned = async (lock: string): Promise<boolean> => {
  try {
    const holder = await readFile(lock, 'utf8');
    if (holder !== '') return !isAlive(Number(holder));
    return Date.now() - (await stat(lock)).mtimeMs > 10_000;
  } catch {
    return false;
  }
};

/** Takes the lock file, or says that another living process has it. A dead holder's file is moved out of the way. */
const take = async (lock: string): Promise<boolean> => {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (await isAbandoned(lock)) {
    const aside = `${lock}.${String(process.pid)}`;
    await rename(lock, aside).catch(() => undefined);
    await rm(aside, { force: true });
  }
  return false;
};

/**
 * Runs `work` while no other process that uses the same lock file does, or gives up waiting as soon as `settled`
 * answers with something. The lock only spares a second download: what makes concurrent installs safe is that the
 * binary is renamed into place, so a lock lost to a race does no harm.
 */
export const inTurn = async <A>(
  lock: string,
  settled: () => Promise<A | undefined>,
  work: () => Promise<A>,
  signal: AbortSignal,
): Promise<A> => {
  while (!(await take(lock))) {
    await pause(200, undefined, { signal });
    const already = await settled();
    if (already !== undefined) return already;
  }
  try {
    return (await settled()) ?? (await work());
  } finally {
    await rm(lock, { force: true });
  }
};
