import { accessSync, constants } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EtcdNode } from '../../infra/etcd-server/etcd-nodes.js';
import { findEtcd } from '../../infra/etcd-server/find-etcd.js';
import { type EtcdServer, startEtcd } from '../../infra/etcd-server/start-etcd.js';
import { freePort } from '../../infra/processes/free-port.js';
import { sendSignal } from '../../infra/processes/stop-process.js';

/** A real etcd of one test, on ports and in a folder of its own. It ends with the test process, even a killed one. */
export interface TestEtcd {
  readonly endpoint: string;
  readonly endpoints: readonly string[];
  readonly binary: string;
  readonly dataDir: string;
  /** Of the etcd that runs now; changes at restart. */
  readonly pid: number;
  /** SIGKILL; its data and ports stay for `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same data and ports, after killing it if it still runs; resolves when it is healthy. */
  restart(changed?: TestEtcdOptions): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  pause(): void;
  resume(): void;
  /** Kills it and removes its data. */
  stop(): Promise<void>;
}

export interface TestEtcdOptions {
  readonly quotaBytes?: number;
  /** Behind those that an etcd of ours has. */
  readonly flags?: readonly string[];
}

/** With the test process's own id behind it: a folder whose process is gone is removed by the next one. */
export const folderPrefix = 'gpu-telemetry-etcd-';

/** Memory, where the system has a folder for that: tests need no data that outlives them. */
export const scratchRoot = (): string => {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
};

/** Removes folders of test processes that died while their etcd was down, so that no guard was left to do it. */
const sweep = async (root: string): Promise<void> => {
  for (const name of await readdir(root)) {
    const pid = name.startsWith(folderPrefix) ? Number(name.slice(folderPrefix.length).split('-')[0]) : NaN;
    if (pid > 0 && !isAlive(pid)) await rm(join(root, name), { recursive: true, force: true }).catch(() => undefined);
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
};

let found: Promise<string> | undefined;

/** The path of a real etcd for tests, found (or got) once per test process as the program itself does it. */
export const testEtcdBinary = (): Promise<string> => {
  found ??= findEtcd({ environment: process.env }).then((search) => {
    if (search.found) return search.binary.path;
    throw new Error(`${search.reasons.join('; ')}. ${search.advice}`);
  });
  return found;
};

/** etcd with more flags: a program that becomes it. */
const withFlags = async (binary: string, folder: string, flags: readonly string[]): Promise<string> => {
  if (flags.length === 0) return binary;
  const path = join(folder, 'etcd-with-flags');
  const quoted = [binary, ...flags].map((word) => `'${word}'`);
  await writeFile(path, `#!/bin/sh\nexec ${quoted[0]!} "$@" ${quoted.slice(1).join(' ')}\n`, { mode: 0o700 });
  return path;
};

const startOn = async (path: string, folder: string, options: TestEtcdOptions): Promise<EtcdServer> => {
  // Another test may take a port between its choice and its use.
  for (let attempt = 1; ; attempt++) {
    const clientPort = await freePort();
    const peerPort = await freePort(new Set([clientPort]));
    const node: EtcdNode = { name: 'test', dataDir: join(folder, 'data'), clientPort, peerPort };
    const start = await startEtcd({ binary: path, node, removeAfterUs: folder, readyWithinMs: 60_000, ...options });
    if (start.kind === 'started') return start.server;
    if (start.kind !== 'port-taken' || attempt === 5) throw new Error(start.message);
  }
};

/** Starts a real etcd for tests; several may run side by side. Whoever starts it stops it. */
export const startTestEtcd = async (options: TestEtcdOptions = {}): Promise<TestEtcd> => {
  const binary = await testEtcdBinary();
  const root = scratchRoot();
  await sweep(root);
  const folder = await mkdtemp(join(root, `${folderPrefix}${String(process.pid)}-`));
  const path = await withFlags(binary, folder, options.flags ?? []);
  let server = await startOn(path, folder, options);
  const { endpoint, node } = server;
  return {
    endpoint,
    endpoints: [endpoint],
    binary,
    dataDir: node.dataDir,
    get pid() {
      return server.pid;
    },
    kill: () => server.kill(),
    restart: async (changed = {}) => {
      await server.kill();
      const wanted = { ...options, ...changed };
      const start = await startEtcd({ binary: path, node, removeAfterUs: folder, readyWithinMs: 60_000, ...wanted });
      if (start.kind !== 'started') throw new Error(start.message);
      server = start.server;
    },
    pause: () => void sendSignal(server.pid, 'SIGSTOP'),
    resume: () => void sendSignal(server.pid, 'SIGCONT'),
    stop: async () => {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/**
 * One etcd for all tests of a `describe` block, started before the first and stopped after the last; call it inside the
 * block and the answer inside the tests. Tests that share it keep apart by `freshPrefix`.
 */
export const etcdForSuite = (options: TestEtcdOptions = {}): (() => TestEtcd) => {
  let etcd: TestEtcd | undefined;
  before(async () => {
    etcd = await startTestEtcd(options);
  });
  after(() => etcd?.stop());
  return () => {
    if (etcd === undefined) throw new Error('the etcd of this suite runs only inside its tests');
    return etcd;
  };
};

let prefixes = 0;

/** A key prefix that no other test of this process uses: `/test-1/`. */
export const freshPrefix = (): string => `/test-${String(++prefixes)}/`;
