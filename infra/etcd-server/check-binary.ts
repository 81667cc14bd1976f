import { stat } from 'node:fs/promises';
import { runCommand } from '../processes/run-command.js';
import { etcdEnvironment } from './etcd-environment.js';
import { type EtcdVersion, formatEtcdVersion, isSupported, parseEtcdVersion } from './etcd-version.js';

/** What running a candidate's `--version` showed. `reason` is a clause for a message, without the path. */
export type BinaryCheck =
  { readonly usable: true; readonly version: EtcdVersion } | { readonly usable: false; readonly reason: string };

const unusable = (reason: string): BinaryCheck => ({ usable: false, reason });

/** Runs `PATH --version`, for at most 10 s, and says whether it is an etcd that this program can use. */
export const checkEtcdBinary = async (path: string, signal?: AbortSignal): Promise<BinaryCheck> => {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return unusable('does not exist');
  if (!found.isFile()) return unusable('is not a file');
  const end = await runCommand(path, ['--version'], {
    env: etcdEnvironment(process.env),
    withinMs: 10_000,
    ...(signal && { signal }),
  });
  const version = parseEtcdVersion(end.stdout);
  if (version === undefined) {
    const why = end.stderr.trim().split('\n').at(-1) ?? '';
    return unusable(`cannot be run as etcd on this machine (${why || 'it does not state a version'})`);
  }
  if (!isSupported(version)) return unusable(`is etcd ${formatEtcdVersion(version)}, and at least 3.4 is needed`);
  return { usable: true, version };
};
