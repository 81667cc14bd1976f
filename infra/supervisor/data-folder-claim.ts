import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRight } from 'fp-ts/lib/Either.js';
import { makeFolder } from '../processes/make-folder.js';
import { identify, isRunning, ProcessIdentity } from '../processes/process-identity.js';

/** Whether this process is now the one supervisor of a data folder, or which living one is. */
export type FolderClaim =
  | { readonly kind: 'claimed'; readonly release: () => Promise<void> }
  | { readonly kind: 'held'; readonly by: ProcessIdentity };

const claimFile = (dataDir: string): string => join(dataDir, 'supervisor.pid');

const livingIn = async (file: string): Promise<ProcessIdentity | undefined> => {
  try {
    const decoded = ProcessIdentity.decode(JSON.parse(await readFile(file, 'utf8')));
    return isRight(decoded) && (await isRunning(decoded.right)) ? decoded.right : undefined;
  } catch {
    return undefined;
  }
};

/** The supervisor that a data folder names, if it is alive: a file that a killed one left behind counts for nothing. */
export const runningSupervisor = (dataDir: string): Promise<ProcessIdentity | undefined> =>
  livingIn(claimFile(dataDir));

/** Creates `to` with the content of `from`, whole or not at all; false when it is there already. */
const createFrom = (from: string, to: string): Promise<boolean> =>
  link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );

/** Claims a data folder for this process. */
export const claimDataFolder = async (dataDir: string): Promise<FolderClaim> => {
  await makeFolder(dataDir, 0o700);
  const file = claimFile(dataDir);
  // A name that nobody else uses: several claims of one process must not remove each other's.
  const own = `${file}.${randomUUID()}`;
  const aside = `${own}.old`;
  await writeFile(own, JSON.stringify(await identify(process.pid)), { mode: 0o600 });
  try {
    for (;;) {
      if (await createFrom(own, file)) return { kind: 'claimed', release: () => rm(file, { force: true }) };
      const by = await livingIn(file);
      if (by !== undefined) return { kind: 'held', by };
      await rename(file, aside).catch(() => undefined);
      // Another process may have replaced the dead claim by its own just before: then that one goes back.
      if ((await livingIn(aside)) !== undefined) await createFrom(aside, file);
      await rm(aside, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
};
