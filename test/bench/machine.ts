import { execFile } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { etcdFlags } from '../../infra/etcd-server/etcd-flags.js';
import { findEtcd } from '../../infra/etcd-server/find-etcd.js';

const run = promisify(execFile);

const firstLine = async (command: string, args: readonly string[], at = 0): Promise<string> => {
  const { stdout } = await run(command, args).catch(() => ({ stdout: '' }));
  return stdout.trim().split('\n')[at] ?? 'unknown';
};

/** What the figures were measured on: they mean little without it. Durable means that etcd syncs to this file system. */
export const describeMachine = async (folder: string): Promise<Readonly<Record<string, string>>> => {
  const search = await findEtcd({ environment: process.env });
  const node = { name: 'bench', dataDir: 'DIR', clientPort: 1, peerPort: 2 };
  return {
    processors: `${String(cpus().length)} of ${cpus()[0]?.model ?? 'unknown'}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    node: process.version,
    'file system': await firstLine('df', ['--output=fstype', folder], 1),
    etcd: search.found ? await firstLine(search.binary.path, ['--version']) : 'none',
    'flags of etcd': etcdFlags(node, [node], 8 * 2 ** 30).join(' '),
  };
};
