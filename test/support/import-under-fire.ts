import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Etcd3 } from 'etcd3';
import { createClient } from '../../infra/etcd/client.js';
import { type KeyRange } from '../../infra/etcd/key-path.js';
import { Keys } from '../../infra/etcd/keys.js';
import { startTestEtcd, type TestEtcd } from './etcd.js';
import { Keeper } from './keeper.js';
import { portOf, startTcpProxy, type TcpProxy } from './tcp-proxy.js';
import { runTelemetry, type Run } from './telemetry.js';

const generator = fileURLToPath(new URL('../../data/generate.js', import.meta.url));

/** One import: a streamer and a collector as processes of their own, each reaching a real etcd through a proxy. */
export interface ImportUnderFire {
  readonly etcd: TestEtcd;
  /** Of the file that is imported now. */
  readonly streamer: Keeper;
  /** Rows of all files that were begun. */
  readonly rows: number;
  /** Begins another file when the one before has been imported. */
  importAnother(): void;
  readonly collector: Keeper;
  /** Between the streamer and etcd, and between the collector and etcd. */
  readonly streamerProxy: TcpProxy;
  readonly collectorProxy: TcpProxy;
  /** Rows that committed checkpoints say are appended; 0 before the first. */
  appended(): Promise<number>;
  /** The newest modification of what the streamer, or the collector, commits. */
  lastCommit(of: 'streamer' | 'collector'): Promise<bigint>;
  /** Runs `telemetry ARGS` straight at etcd. */
  run(...args: string[]): Promise<Run>;
  stop(): Promise<void>;
}

export interface ImportPlan {
  /** Each is 2,470 rows. */
  readonly steps: number;
  readonly seed: number;
  /** Milliseconds that each message of the streamer travels: how long the import lasts. */
  readonly delayMs: number;
  /** Appends in flight. */
  readonly inFlight: number;
}

/** What a step of the generator has: 247 GPUs, ten metrics. */
const rowsInStep = 2470;

/** Appends as small as they come: many points to be killed at. */
const batchRows = 400;

const newestIn = async (client: Etcd3, { start, end }: KeyRange): Promise<bigint> => {
  const { kvs } = await client.kv.range({ key: Buffer.from(start), range_end: Buffer.from(end), keys_only: true });
  return kvs.reduce((newest, { mod_revision: at }) => (BigInt(at) > newest ? BigInt(at) : newest), 0n);
};

const rowsIn = async (client: Etcd3, { start, end }: KeyRange): Promise<number> => {
  const { kvs } = await client.kv.range({ key: Buffer.from(start), range_end: Buffer.from(end) });
  return kvs.reduce((sum, { value }) => sum + (JSON.parse(value.toString()) as { rows: number }).rows, 0);
};

/** Starts an import of a generated file. Whoever starts it stops it. */
export const startImportUnderFire = async ({
  steps,
  seed,
  delayMs,
  inFlight,
}: ImportPlan): Promise<ImportUnderFire> => {
  const folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-fire-'));
  const etcd = await startTestEtcd();
  const keys = new Keys();
  const client = createClient({ endpoints: etcd.endpoints });
  const streamerProxy = await startTcpProxy(portOf(etcd.endpoint));
  const collectorProxy = await startTcpProxy(portOf(etcd.endpoint));
  streamerProxy.delay(delayMs);
  const lease = ['--lease', '2s'];
  const small = ['--batch-rows', String(batchRows), '--in-flight', String(inFlight)];
  const collector = new Keeper(['collect', '--etcd', collectorProxy.endpoint, ...lease]);
  let files = 0;
  const importNext = (): Keeper => {
    const file = join(folder, `export-${String(files)}.csv`);
    const shape = ['--steps', String(steps), '--seed', String(seed + files++), '--out', file];
    execFileSync(process.execPath, [generator, ...shape]);
    return new Keeper(['stream', file, '--json', '--etcd', streamerProxy.endpoint, ...small]);
  };
  let streamer = importNext();
  return {
    etcd,
    get streamer() {
      return streamer;
    },
    get rows() {
      return files * steps * rowsInStep;
    },
    importAnother: () => {
      streamer = importNext();
    },
    collector,
    streamerProxy,
    collectorProxy,
    appended: () => rowsIn(client, keys.sources),
    lastCommit: (of) => newestIn(client, of === 'streamer' ? keys.sources : keys.models),
    run: (...args) => runTelemetry([...args, '--etcd', etcd.endpoint]),
    stop: async () => {
      await Promise.all([streamer.stop(), collector.stop()]);
      client.close();
      await Promise.all([streamerProxy.close(), collectorProxy.close()]);
      await etcd.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
