import { setTimeout as pause } from 'node:timers/promises';
import { makeFolder } from '../processes/make-folder.js';
import { type GuardedEnd, spawnGuarded } from '../processes/spawn-guarded.js';
import { holderOfDataFolder } from './data-folder-lock.js';
import { etcdEnvironment } from './etcd-environment.js';
import { etcdFlags } from './etcd-flags.js';
import { clientUrl, type EtcdNode } from './etcd-nodes.js';
import { isHealthy } from './health.js';
import { type EtcdStartFailure, explainEnd, explainLock, explainSilence } from './start-failure.js';
import { stopProcess } from '../processes/stop-process.js';

export interface EtcdStartOptions {
  readonly binary: string;
  readonly node: EtcdNode;
  /** All members, `node` among them; by default it stands alone. */
  readonly cluster?: readonly EtcdNode[];
  readonly quotaBytes?: number | undefined;
  /** Milliseconds to become healthy in, three minutes by default. A locked data folder or a taken port is told at once. */
  readonly readyWithinMs?: number;
  /** A folder to remove when this process dies with etcd still running. */
  readonly removeAfterUs?: string;
  readonly onLog?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** A running etcd. It ends when this process does. */
export interface EtcdServer {
  readonly node: EtcdNode;
  readonly endpoint: string;
  /** Of etcd itself. */
  readonly pid: number;
  readonly ended: Promise<GuardedEnd>;
  /** SIGTERM, and SIGKILL after 5 s; resolves when it has ended. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
}

export type EtcdStart = { readonly kind: 'started'; readonly server: EtcdServer } | EtcdStartFailure;

/** As many as a panic with its trace has, and the line before it that tells the cause. */
const keptLines = 200;
/** It may have a large database to read or a long log to replay, and one that is killed over that begins anew. */
const usuallyReadyWithinMs = 180_000;

/** Starts one etcd on loopback and waits until it is healthy; a failure says what is wrong and what to do. */
export const startEtcd = async (options: EtcdStartOptions): Promise<EtcdStart> => {
  const { binary, node, cluster = [node], readyWithinMs = usuallyReadyWithinMs } = options;
  await makeFolder(node.dataDir, 0o700);
  const holder = await holderOfDataFolder(node.dataDir);
  if (holder !== undefined) return explainLock(node, holder);

  const lines: string[] = [];
  const guarded = await spawnGuarded(binary, etcdFlags(node, cluster, options.quotaBytes), {
    env: etcdEnvironment(process.env),
    removeAfterUs: options.removeAfterUs,
    onLine: (line) => {
      if (lines.push(line) > keptLines) lines.shift();
      options.onLog?.(line);
    },
  });
  const server: EtcdServer = {
    node,
    endpoint: clientUrl(node),
    pid: guarded.pid,
    ended: guarded.ended,
    stop: () => stopProcess(guarded, 'SIGTERM', 5_000),
    kill: () => stopProcess(guarded, 'SIGKILL', 5_000),
  };
  const outcome = await Promise.race([guarded.ended, becomesHealthy(server.endpoint, readyWithinMs, options.signal)]);
  if (outcome === 'healthy') return { kind: 'started', server };
  await server.kill();
  return outcome === 'silent' ? explainSilence(node, readyWithinMs, lines) : explainEnd(node, outcome.code, lines);
};

const becomesHealthy = async (
  endpoint: string,
  withinMs: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<'healthy' | 'silent'> => {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline && !signal.aborted) {
    if (await isHealthy(endpoint)) return 'healthy';
    await pause(30, undefined, { signal }).catch(() => undefined);
  }
  return 'silent';
};
