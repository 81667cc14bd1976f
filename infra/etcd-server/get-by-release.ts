import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { download } from '../processes/download.js';
import { runCommand } from '../processes/run-command.js';
import { type Acquired, type Acquisition } from './acquisition.js';

/** Where etcd's own releases are published: `{address}/v{version}/{file}`. */
const releasePage = 'https://github.com/etcd-io/etcd/releases/download';
const version = '3.5.21';

const systems: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-amd64.tar.gz',
  'linux-arm64': 'linux-arm64.tar.gz',
  'linux-ppc64': 'linux-ppc64le.tar.gz',
  'linux-s390x': 'linux-s390x.tar.gz',
  'darwin-x64': 'darwin-amd64.zip',
  'darwin-arm64': 'darwin-arm64.zip',
};

/** The checksum that a SHA256SUMS file (lines of `hash  name`) gives for a file, or undefined. */
const publishedSum = (sums: string, file: string): string | undefined =>
  sums
    .split('\n')
    .map((line) => line.trim().split(/\s+\*?/))
    .find(([, name]) => name === file)?.[0];

/**
 * Gets etcd from its release page, or from the mirror that TELEMETRY_ETCD_MIRROR names (same layout below that
 * address), and unpacks it only when its SHA-256 is the one in the SHA256SUMS published beside it.
 */
export const getByRelease = (environment: NodeJS.ProcessEnv): Acquisition => ({
  from: 'release',
  get: async (folder, signal): Promise<Acquired> => {
    const ending = systems[`${process.platform}-${process.arch}`];
    if (ending === undefined) return { reason: `etcd publishes no binary for ${process.platform} on ${process.arch}` };
    const page = (environment['TELEMETRY_ETCD_MIRROR'] || releasePage).replace(/\/+$/, '');
    const file = `etcd-v${version}-${ending}`;
    for (const name of ['SHA256SUMS', file]) {
      const failure = await download(`${page}/v${version}/${name}`, join(folder, name), environment, signal);
      if (failure !== undefined) return { reason: failure };
    }
    const expected = publishedSum(await readFile(join(folder, 'SHA256SUMS'), 'utf8'), file);
    const actual = createHash('sha256')
      .update(await readFile(join(folder, file)))
      .digest('hex');
    if (actual !== expected) {
      return { reason: `${page}/v${version}/${file} has SHA-256 ${actual}, published is ${expected ?? 'none'}` };
    }
    await mkdir(join(folder, 'root'));
    const unpacked = await runCommand('tar', ['-xf', file, '-C', 'root'], { cwd: folder, withinMs: 60_000, signal });
    if (unpacked.code !== 0) return { reason: `${file} cannot be unpacked with tar: ${unpacked.stderr.trim()}` };
    return { path: join(folder, 'root', file.replace(/\.(tar\.gz|zip)$/, ''), 'etcd') };
  },
});
