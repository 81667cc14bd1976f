import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reserveEtcdNodes } from '../../infra/etcd-server/etcd-nodes.js';
import { type EtcdServer, startEtcd } from '../../infra/etcd-server/start-etcd.js';
import { testEtcdBinary, type TestEtcdOptions } from './etcd.js';

/** Three etcd members of one cluster, each a process of its own. */
export interface TestEtcdCluster {
  readonly endpoints: readonly string[];
  readonly members: readonly EtcdServer[];
  /** Starts a member again that has been killed. */
  restart(member: number): Promise<void>;
  /** Kills all and removes their data. */
  stop(): Promise<void>;
}

const started = async (starting: ReturnType<typeof startEtcd>): Promise<EtcdServer> => {
  const start = await starting;
  if (start.kind !== 'started') throw new Error(start.message);
  return start.server;
};

/** Whoever starts it stops it. */
export const startTestEtcdCluster = async (options: TestEtcdOptions = {}): Promise<TestEtcdCluster> => {
  const binary = await testEtcdBinary();
  const folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-etcd-cluster-'));
  const reserved = await reserveEtcdNodes(folder, 3);
  if (reserved.kind !== 'reserved') throw new Error(reserved.message);
  const cluster = reserved.nodes;
  const start = (node: (typeof cluster)[number]) =>
    started(startEtcd({ binary, node, cluster, readyWithinMs: 60_000, removeAfterUs: folder, ...options }));
  const members = await Promise.all(cluster.map(start));
  return {
    endpoints: members.map(({ endpoint }) => endpoint),
    members,
    restart: async (member) => {
      members[member] = await start(cluster[member]!);
    },
    stop: async () => {
      await Promise.all(members.map((member) => member.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
};
