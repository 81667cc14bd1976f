import { setTimeout as pause } from 'node:timers/promises';
import { type EtcdNode } from '../etcd-server/etcd-nodes.js';
import { isThere } from '../etcd-server/health.js';
import { type EtcdServer, startEtcd } from '../etcd-server/start-etcd.js';
import { stopProcess } from '../processes/stop-process.js';
import { type ChildProgram, type RunningChild } from './child-program.js';
import { type ChildEnd } from './child-record.js';

export interface EtcdChildOptions {
  readonly binary: string;
  readonly node: EtcdNode;
  readonly cluster: readonly EtcdNode[];
  readonly quotaBytes?: number | undefined;
  /** Milliseconds to become healthy in. What ends says so at once; this ends only what hangs. */
  readonly readyWithinMs: number;
}

/** The guarding shell gives 128 + the number of the signal that ended etcd. */
const asEnd = (code: number): ChildEnd =>
  code === 137 ? { code: null, signal: 'SIGKILL' } : code === 143 ? { code: null, signal: 'SIGTERM' } : { code };

/** Well below the milliseconds after which a child that is not heard counts as silent. */
const askedEveryMs = 1_000;

/** Asks it again and again until it ends, and tells each time that it answers: etcd says nothing by itself. */
const listenTo = async ({ endpoint, ended }: EtcdServer, onHeard: () => void): Promise<void> => {
  const over = new AbortController();
  void ended.then(() => over.abort());
  while (!over.signal.aborted) {
    if (await isThere(endpoint)) onHeard();
    await pause(askedEveryMs, undefined, { signal: over.signal }).catch(() => undefined);
  }
};

/** A member of the embedded etcd as a child of the supervisor; it is ready when it is healthy. */
export const etcdChild = (options: EtcdChildOptions): ChildProgram => ({
  role: 'etcd',
  name: options.node.name,
  start: async (listener, signal): Promise<RunningChild> => {
    const outcome = await startEtcd({ ...options, onLog: listener.onLine, signal });
    if (outcome.kind !== 'started') throw new Error(outcome.message);
    const { server } = outcome;
    // After its pid is known, as with every other child.
    setImmediate(() => listener.onReady([server.endpoint]));
    void listenTo(server, listener.onHeard);
    return {
      pid: server.pid,
      ended: server.ended.then(({ code }) => asEnd(code)),
      stop: (graceMs) => stopProcess(server, 'SIGTERM', graceMs),
    };
  },
});
