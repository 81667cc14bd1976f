import { access, constants, statfs } from 'node:fs/promises';
import { availableParallelism, freemem } from 'node:os';
import { dirname } from 'node:path';
import { formatEtcdVersion } from '../etcd-server/etcd-version.js';
import { findEtcd, installAdvice } from '../etcd-server/find-etcd.js';
import { isPortFree } from '../processes/free-port.js';
import { onSearchPath } from '../processes/search-path.js';
import { type Check, failed, ok, warning } from './check.js';

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** The oldest Node that the pinned packages run on, as `engines` in package.json says. */
const checkNode = (version: string): Check => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? ok('node', version)
    : failed('node', version, 'install Node 20.19 or newer, for example with: nvm install 20');
};

const checkEtcd = async (environment: NodeJS.ProcessEnv, dataDir: string): Promise<Check> => {
  const search = await findEtcd({ environment, dataDir, mayDownload: false });
  if (search.found) {
    const { path, version, from } = search.binary;
    return ok('etcd', `${formatEtcdVersion(version)}, ${path} (${from})`);
  }
  const found = search.reasons.join('; ');
  if (environment['TELEMETRY_ETCD_BIN']) return failed('etcd', found, search.advice);
  const tools = ['apt-get', 'dpkg'].every((name) => onSearchPath(name, environment)) ? 'apt' : 'its release page';
  return warning('etcd', found, `nothing to do if ${tools} can be reached: telemetry up gets one. ${installAdvice()}`);
};

const leastFreeBytes = 4 * 2 ** 30;

const nearestExisting = (folder: string): Promise<string> =>
  access(folder).then(
    () => folder,
    () => (folder === dirname(folder) ? folder : nearestExisting(dirname(folder))),
  );

/** The data folder, or the nearest folder above it that exists, must be writable and have room for etcd's quota. */
const checkDataDir = async (dataDir: string): Promise<Check> => {
  try {
    const existing = await nearestExisting(dataDir);
    await access(existing, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(existing);
    const free = `${dataDir}, ${gibibytes(bavail * bsize)} free`;
    return bavail * bsize >= leastFreeBytes
      ? ok('data folder', free)
      : warning('data folder', free, `free ${gibibytes(leastFreeBytes)} there, or name another one with --data-dir`);
  } catch (error) {
    const why = `${dataDir} cannot be written (${(error as Error).message})`;
    return failed('data folder', why, 'name one that can, with --data-dir');
  }
};

const checkMemory = (): Check => {
  const free = freemem();
  const found = `${gibibytes(free)} free, ${String(availableParallelism())} cores`;
  return free >= 2 ** 30 ? ok('machine', found) : warning('machine', found, 'close other programs: 1 GiB is needed');
};

const checkPort = async (port: number, host = '127.0.0.1'): Promise<Check> => {
  const name = `port ${String(port)}`;
  return (await isPortFree(port, host))
    ? ok(name, 'free')
    : warning(name, 'taken by another program', 'nothing to do: the next free one is used; or name one with --port');
};

/** Everything that the program needs of a machine, examined without changing it. */
export const examine = async (environment: NodeJS.ProcessEnv, dataDir: string): Promise<readonly Check[]> => [
  checkNode(process.versions.node),
  await checkEtcd(environment, dataDir),
  await checkDataDir(dataDir),
  checkMemory(),
  await checkPort(8080),
];
