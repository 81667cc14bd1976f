import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findEtcd } from '../../infra/etcd-server/find-etcd.js';
import { startEtcd } from '../../infra/etcd-server/start-etcd.js';
import { freePort } from '../../infra/processes/free-port.js';

/** A real etcd with its default fsync, on the disk that the folder is on. */
export interface BenchEtcd {
  readonly endpoint: string;
  readonly pid: number;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

/** Starts one etcd with as much room as a benchmark needs. */
export const startBenchEtcd = async (folder: string): Promise<BenchEtcd> => {
  const search = await findEtcd({ environment: process.env });
  if (!search.found) throw new Error(`${search.reasons.join('; ')}. ${search.advice}`);
  const dataDir = await mkdtemp(join(folder, 'etcd-'));
  const [clientPort, peerPort] = [await freePort(), await freePort()];
  const start = await startEtcd({
    binary: search.binary.path,
    node: { name: 'bench', dataDir, clientPort, peerPort },
    quotaBytes: 8 * 2 ** 30,
    removeAfterUs: dataDir,
  });
  if (start.kind !== 'started') throw new Error(`etcd did not start: ${JSON.stringify(start)}`);
  const { server } = start;
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { endpoint: server.endpoint, pid: server.pid, stop };
};
