import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../processes/make-folder.js';
import { runCommand } from '../processes/run-command.js';
import { onSearchPath } from '../processes/search-path.js';
import { type Acquired, type Acquisition } from './acquisition.js';

/** apt gives up on a silent mirror after this many seconds, once. */
const patience = ['-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::https::Timeout=20', '-o', 'Acquire::Retries=1'];

/** Folders of apt's own, so that neither root nor a change of the system is needed. */
const ownFolders = (folder: string): readonly string[] => [
  ...['-o', `Dir::Cache=${join(folder, 'cache')}`],
  ...['-o', `Dir::Cache::archives=${join(folder, 'archives')}`],
  ...['-o', 'APT::Sandbox::User=root'],
  ...patience,
];

const ownLists = (folder: string): readonly string[] => [
  ...['-o', `Dir::State=${join(folder, 'state')}`],
  ...['-o', `Dir::State::lists=${join(folder, 'lists')}`],
  ...['-o', 'Dir::State::status=/var/lib/dpkg/status'],
];

/** Gets the package etcd-server from the system's package mirror and unpacks it without installing it. */
export const getByApt = (environment: NodeJS.ProcessEnv): Acquisition => ({
  from: 'apt',
  get: async (folder, signal): Promise<Acquired> => {
    const apt = onSearchPath('apt-get', environment);
    const dpkg = onSearchPath('dpkg', environment);
    if (apt === undefined || dpkg === undefined) return { reason: 'this system has no apt' };
    const run = (command: string, args: readonly string[]): ReturnType<typeof runCommand> =>
      runCommand(command, args, { cwd: folder, env: { ...environment, LC_ALL: 'C' }, withinMs: 180_000, signal });
    const folders = ['cache', 'archives/partial', 'state', 'lists/partial', 'root'];
    for (const name of folders) await makeFolder(join(folder, name));

    const own = ownFolders(folder);
    let end = await run(apt, [...own, 'download', 'etcd-server']);
    if (end.code !== 0) {
      // The system's package lists are empty or outdated: fetch lists of our own.
      const lists = ownLists(folder);
      await run(apt, [...own, ...lists, 'update']);
      end = await run(apt, [...own, ...lists, 'download', 'etcd-server']);
    }
    const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'));
    if (end.code !== 0 || archive === undefined) return { reason: aptReason(end.stderr) };
    const unpacked = await run(dpkg, ['-x', archive, 'root']);
    if (unpacked.code !== 0) return { reason: `dpkg could not unpack ${archive}: ${unpacked.stderr.trim()}` };
    return { path: join(folder, 'root', 'usr', 'bin', 'etcd') };
  },
});

const aptReason = (stderr: string): string =>
  `apt cannot download etcd-server (${stderr.trim().split('\n').at(-1) || 'it was stopped after 180 s'})`;
