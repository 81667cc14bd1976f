import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EtcdNode, reserveEtcdNodes } from '../../infra/etcd-server/etcd-nodes.js';
import { type EtcdServer, type EtcdStart, startEtcd } from '../../infra/etcd-server/start-etcd.js';
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

type Start = (node: EtcdNode, cluster: readonly EtcdNode[]) => ReturnType<typeof startEtcd>;

const started = (start: EtcdStart): EtcdServer => {
  if (start.kind !== 'started') throw new Error(start.message);
  return start.server;
};

/** The members of a new cluster, each started. */
const startAll = async (folder: string, start: Start) => {
  // Another test may take a port between its choice and its use.
  for (let attempt = 1; ; attempt++) {
    const reserved = await reserveEtcdNodes(join(folder, String(attempt)), 3);
    if (reserved.kind !== 'reserved') throw new Error(reserved.message);
    const cluster = reserved.nodes;
    const starts = await Promise.all(cluster.map((node) => start(node, cluster)));
    const isMet = starts.some(({ kind }) => kind === 'port-taken') && attempt < 5;
    if (!isMet) return { cluster, members: starts.map(started) };
    const running = starts.flatMap((one) => (one.kind === 'started' ? [one.server] : []));
    await Promise.all(running.map((server) => server.kill()));
  }
};

/** Whoever starts it stops it. */
export const startTestEtcdCluster = async (options: TestEtcdOptions = {}): Promise<TestEtcdCluster> => {
  const binary = await testEtcdBinary();
  const folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-etcd-cluster-'));
  const start: Start = (node, cluster) =>
    startEtcd({ binary, node, cluster, readyWithinMs: 60_000, removeAfterUs: folder, ...options });
  const { cluster, members } = await startAll(folder, start);
  return {
    endpoints: members.map(({ endpoint }) => endpoint),
    members,
    restart: async (member) => {
      members[member] = started(await start(cluster[member]!, cluster));
    },
    stop: async () => {
      await Promise.all(members.map((member) => member.kill()));
      await rm(folder, { recursive: true, force: true });
    },
  };
};
