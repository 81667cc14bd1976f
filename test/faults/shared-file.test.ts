import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Etcd3 } from 'etcd3';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';
import { Keeper } from '../support/keeper.js';
import { seededRandom } from '../support/seeded-random.js';
import { portOf, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { runTelemetry } from '../support/telemetry.js';
import { writeExport } from '../support/write-export.js';

const seed = Number(process.env['TELEMETRY_TEST_SEED'] ?? 1);
const streamers = 10;
const kills = 40;
const gpus = 100;
const steps = 400;
/** What the generator gives a GPU in each step. */
const metrics = 10;

// With fewer counts this is left to streamers within one process, and to a whole system that is scaled while it imports.
(full ? describe : describe.skip)(
  `S4: ${String(streamers)} streamers of one large file (seed ${String(seed)})`,
  function () {
    this.timeout(900_000);
    const etcd = etcdForSuite();
    let folder: string;
    let paths: readonly string[];
    let prefix: string;
    let client: Etcd3;
    let proxy: TcpProxy;
    let keepers: Map<string, Keeper>;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'telemetry-shared-'));
      paths = ['one.csv', 'two.csv'].map((name) => join(folder, name));
      const options = { gpus, hosts: 20, steps, seed, interval: 1, start: 1_750_000_000_000, shuffle: false };
      await writeExport(paths[0]!, options);
      await copyFile(paths[0]!, paths[1]!);
    });
    after(() => rm(folder, { recursive: true, force: true }));
    beforeEach(async () => {
      prefix = freshPrefix();
      client = createClient({ endpoints: etcd().endpoints });
      proxy = await startTcpProxy(portOf(etcd().endpoint));
      keepers = new Map();
    });
    afterEach(async () => {
      await Promise.all([...keepers.values()].map((keeper) => keeper.stop()));
      client.close();
      await proxy.close();
    });

    const keep = (name: string, ...args: readonly string[]): Keeper => {
      const keeper = new Keeper([...args, '--name', name, '--prefix', prefix, '--etcd', proxy.endpoint]);
      keepers.set(name, keeper);
      return keeper;
    };

    /** The names of those that read a range now. */
    const readers = async (): Promise<readonly string[]> => {
      const keys = new Keys(prefix);
      const held = await client.getAll().prefix(keys.sourceClaims.start).strings();
      return [...new Set(Object.values(held))].filter((name) => keepers.has(name));
    };

    it(`S4, L3: every row once under two paths, ${String(kills)} of them killed amid their ranges`, async () => {
      const random = seededRandom(seed);
      proxy.delay(15);
      const options = ['--split-above', '256KiB', '--batch-rows', '300', '--in-flight', '1', '--lane-ttl', '2s'];
      const importers = Array.from({ length: streamers }, (_, at) =>
        keep(`streamer-${String(at)}`, 'stream', paths[at % 2]!, '--json', ...options),
      );
      keep('collector', 'collect', '--lease', '2s');
      for (let killed = 0; killed < kills; killed++) {
        let victim: string | undefined;
        await eventually('one reads a range', async () => {
          const names = await readers();
          victim = names[Math.floor(random() * names.length)];
          return victim !== undefined;
        });
        await keepers.get(victim!)!.killAndRestart();
      }
      proxy.pass();
      const runs = await Promise.all(importers.map((importer) => importer.ended));
      for (const run of runs) assert.equal(run.code, 0, run.stderr);
      const rowsOf = runs.map(({ stdout }) => (JSON.parse(stdout) as { rows: number }).rows);
      const verify = ['verify', '--json', '--wait', '120s', '--prefix', prefix, '--etcd', etcd().endpoint];
      const verified = await runTelemetry(verify);
      const verdict = JSON.parse(verified.stdout) as { ok: boolean; rows: number; events: number };
      const rows = gpus * metrics * steps;
      assert.deepEqual([verdict.ok, verdict.rows, verdict.events], [true, rows, rows], verified.stdout);
      console.log(`      rows of those that ended: ${rowsOf.join(', ')} of ${String(rows)}`);
    });
  },
);
