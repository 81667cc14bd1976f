import { access, constants, stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { makeFolder } from '../processes/make-folder.js';

const homeFolder = (environment: NodeJS.ProcessEnv): string | undefined => {
  if (environment['HOME']) return environment['HOME'];
  try {
    return userInfo().homedir;
  } catch {
    return undefined; // A container may run as a user that no passwd file knows.
  }
};

/**
 * Where a downloaded etcd may be kept, best first: the user's cache folder, the data folder, a private folder for
 * temporary files. All are absolute.
 */
export const cacheFolders = (environment: NodeJS.ProcessEnv, dataDir?: string): readonly string[] => {
  const { XDG_CACHE_HOME: xdg } = environment;
  const home = homeFolder(environment);
  const user = String(process.getuid?.() ?? userInfo().username);
  const roots = [
    xdg && isAbsolute(xdg) ? join(xdg, 'gpu-telemetry') : home && join(home, '.cache', 'gpu-telemetry'),
    dataDir && join(dataDir, 'cache'),
    join(tmpdir(), `gpu-telemetry-${user}`),
  ];
  return roots.filter((root): root is string => Boolean(root) && isAbsolute(root as string));
};

/** Creates the folder for us alone and says whether it can be used: writable, and not planted there by another user. */
export const canKeepIn = async (folder: string): Promise<boolean> => {
  try {
    await makeFolder(folder, 0o700);
    await access(folder, constants.W_OK | constants.X_OK);
    return await belongsToUs(folder);
  } catch {
    return false;
  }
};

/** True for a folder or file of this user or of root: a binary from anyone else is not run. */
export const belongsToUs = async (path: string): Promise<boolean> => {
  const owner = await stat(path).then(
    ({ uid }) => uid,
    () => undefined,
  );
  return owner !== undefined && (process.getuid === undefined || owner === process.getuid() || owner === 0);
};
