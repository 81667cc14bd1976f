import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Acquisition, type EtcdBinary } from './acquisition.js';
import { belongsToUs } from './cache-folder.js';
import { checkEtcdBinary } from './check-binary.js';
import { inTurn } from './install-turn.js';

export type Installed = { readonly binary: EtcdBinary } | { readonly reasons: readonly string[] };

/** A shared home folder may serve machines of several kinds, so the name carries the kind. */
const cachedPath = (cache: string): string => join(cache, `etcd-${process.platform}-${process.arch}`);

/** The etcd that an earlier run left in the cache folder, if it can still be used. */
export const cachedEtcd = async (cache: string, signal: AbortSignal): Promise<EtcdBinary | undefined> => {
  const path = cachedPath(cache);
  if (!(await belongsToUs(path))) return undefined;
  const check = await checkEtcdBinary(path, signal);
  return check.usable ? { path, version: check.version, from: 'cache' } : undefined;
};

const tryOne = async (way: Acquisition, cache: string, signal: AbortSignal): Promise<EtcdBinary | string> => {
  const folder = await mkdtemp(join(cache, 'getting-etcd-'));
  try {
    const got = await way.get(folder, signal);
    if ('reason' in got) return got.reason;
    await chmod(got.path, 0o755);
    const check = await checkEtcdBinary(got.path, signal);
    if (!check.usable) return `the etcd from ${way.from} ${check.reason}`;
    await rename(got.path, cachedPath(cache));
    return { path: cachedPath(cache), version: check.version, from: way.from };
  } catch (error) {
    return `the etcd from ${way.from} cannot be kept in ${cache} (${(error as Error).message})`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/**
 * Gets an etcd into the cache folder by the first way that works. Any number of processes may call this at the same
 * time: one downloads, the others wait for it.
 */
export const installEtcd = async (
  cache: string,
  ways: readonly Acquisition[],
  signal: AbortSignal,
): Promise<Installed> =>
  inTurn(
    `${cachedPath(cache)}.lock`,
    async () => {
      const binary = await cachedEtcd(cache, signal);
      return binary && { binary };
    },
    async (): Promise<Installed> => {
      const reasons: string[] = [];
      for (const way of ways) {
        signal.throwIfAborted();
        const result = await tryOne(way, cache, signal);
        if (typeof result !== 'string') return { binary: result };
        reasons.push(result);
      }
      return { reasons };
    },
    signal,
  );
