import { isAbsolute, resolve } from 'node:path';
import { onSearchPath } from '../processes/search-path.js';
import { type Acquisition, type EtcdBinary } from './acquisition.js';
import { cacheFolders, canKeepIn } from './cache-folder.js';
import { checkEtcdBinary } from './check-binary.js';
import { getByApt } from './get-by-apt.js';
import { getByRelease } from './get-by-release.js';
import { cachedEtcd, installEtcd } from './install-etcd.js';

export interface EtcdSearch {
  /** PATH, HOME, XDG_CACHE_HOME, TELEMETRY_ETCD_BIN and TELEMETRY_ETCD_MIRROR are read from here. */
  readonly environment: NodeJS.ProcessEnv;
  /** A binary named on the command line; wins over TELEMETRY_ETCD_BIN. */
  readonly given?: string | undefined;
  /** The fallback for the cache when the home folder cannot be written. */
  readonly dataDir?: string | undefined;
  /** False looks only at what is already here. */
  readonly mayDownload?: boolean;
  /** Told once when a download begins, with a sentence for people. */
  readonly onDownload?: (sentence: string) => void;
  readonly signal?: AbortSignal;
  /** The ways of getting one, in order; by default apt, then the release page. */
  readonly ways?: readonly Acquisition[];
}

export type EtcdFound =
  | { readonly found: true; readonly binary: EtcdBinary }
  | { readonly found: false; readonly reasons: readonly string[]; readonly advice: string };

/** The command that gives this machine an etcd, as one line. */
export const installAdvice = (): string =>
  process.platform === 'darwin'
    ? 'Install etcd with: brew install etcd'
    : 'Install etcd with: sudo apt-get install etcd-server (or set TELEMETRY_ETCD_BIN to the path of an etcd 3.4 or newer)';

const notFound = (reasons: readonly string[], advice = installAdvice()): EtcdFound => ({
  found: false,
  reasons,
  advice,
});

/**
 * Finds an etcd of at least 3.4: the given one, the one on the search path, the one in the cache, else gets one
 * without root. A given binary that cannot be used is an error rather than a reason to look further.
 */
export const findEtcd = async (search: EtcdSearch): Promise<EtcdFound> => {
  const { environment, dataDir, signal = new AbortController().signal } = search;
  const given = search.given ?? environment['TELEMETRY_ETCD_BIN'];
  if (given) return givenEtcd(given, signal);

  const reasons: string[] = [];
  const installed = onSearchPath('etcd', environment);
  if (installed !== undefined) {
    const check = await checkEtcdBinary(installed, signal);
    if (check.usable) return { found: true, binary: { path: installed, version: check.version, from: 'search path' } };
    reasons.push(`${installed} ${check.reason}`);
  }
  const caches = cacheFolders(environment, dataDir && resolve(dataDir));
  for (const cache of caches) {
    const binary = await cachedEtcd(cache, signal);
    if (binary !== undefined) return { found: true, binary };
  }
  if (search.mayDownload === false) return notFound([...reasons, 'no etcd is installed or cached']);
  for (const cache of caches) {
    if (!(await canKeepIn(cache))) continue;
    search.onDownload?.(`No etcd found on this machine: getting one into ${cache} (once).`);
    const ways = search.ways ?? [getByApt(environment), getByRelease(environment)];
    const result = await installEtcd(cache, ways, signal);
    return 'binary' in result ? { found: true, binary: result.binary } : notFound([...reasons, ...result.reasons]);
  }
  return notFound([...reasons, `none of these folders can be written: ${caches.join(', ')}`]);
};

const givenEtcd = async (given: string, signal: AbortSignal): Promise<EtcdFound> => {
  const path = isAbsolute(given) ? given : resolve(given);
  const check = await checkEtcdBinary(path, signal);
  if (check.usable) return { found: true, binary: { path, version: check.version, from: 'given' } };
  return notFound(
    [`${path} ${check.reason}`],
    'Correct TELEMETRY_ETCD_BIN, or unset it and telemetry finds an etcd by itself.',
  );
};
