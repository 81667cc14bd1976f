import assert from 'node:assert/strict';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { openLog } from '../../infra/etcd/log-identity-store.js';
import { listRange } from '../../infra/etcd/range.js';
import { freePort } from '../../infra/processes/free-port.js';
import { ask, type GpuView, type RecordView } from '../support/api.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';
import { otherBuild } from '../support/other-build.js';
import { useTempFolder } from '../support/temp-folder.js';
import { program, type RunningTelemetry, runTelemetry, startTelemetry } from '../support/telemetry.js';

/** Milliseconds; a streamer looks every second. */
const someMs = 3_000;
const columns = 'timestamp,metric_name,gpu_id,device,uuid,modelName,Hostname,container,pod,namespace,value,labels_raw';

describe('segments of a newer version', function () {
  this.timeout(300_000);
  const etcd = etcdForSuite();
  const folder = useTempFolder();
  const stopping: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const stop of stopping.splice(0).reverse()) await stop();
  });

  it('L6: are not written while an old collector or gateway lives; then they are, and who comes back late is refused', async () => {
    const keys = new Keys(freshPrefix());
    const client = createClient({ endpoints: etcd().endpoints });
    stopping.push(() => client.close());
    await openLog(client, keys, 2, never);
    const young = await otherBuild([
      { file: 'domain/segment/frame.js', from: 'const segmentVersion = 1;', to: 'const segmentVersion = 2;' },
    ]);
    stopping.push(() => young.remove());

    const here = ['--etcd', etcd().endpoint, '--prefix', keys.prefix];
    const start = (script: string, ...args: readonly string[]): RunningTelemetry => {
      const running = startTelemetry([...args, ...here, '--log-level', 'warn'], {}, 'ignore', script);
      stopping.push(() => end(running));
      return running;
    };
    const end = async (running: RunningTelemetry) => {
      running.child.kill('SIGTERM');
      await running.ended;
    };
    const gateway = async (script: string) => {
      const port = await freePort();
      const running = start(script, 'serve', '--port', String(port));
      return { running, origin: `http://127.0.0.1:${String(port)}` };
    };
    const ready = async (origin: string) => (await fetch(`${origin}/readyz`).catch(() => undefined))?.status;

    /** The versions of all segments, in the order in which they were appended. */
    const versions = async (): Promise<readonly number[]> => {
      const found: { readonly created: bigint; readonly version: number }[] = [];
      for await (const page of listRange(client, keys.log, never)) {
        assert(page.kind === 'page');
        found.push(...page.values.map(({ created, value }) => ({ created, version: value[2]! })));
      }
      return found.sort((a, b) => Number(a.created - b.created)).map(({ version }) => version);
    };
    const file = join(folder(), 'grows.csv');
    await writeFile(file, `${columns}\n`);
    let rows = 0;
    const row = async () => {
      const time = new Date(Date.UTC(2025, 6, 18, 20, 42, rows)).toISOString();
      await appendFile(file, `${time},DCGM_FI_DEV_GPU_UTIL,0,nvidia0,GPU-1,H100,node-1,,,,${String(rows++)},\n`);
      await eventually(`${String(rows)} rows are in the log`, async () => (await versions()).length === rows);
    };
    /** Long enough for a streamer to have looked who reads what, more than once. */
    const someRows = async () => {
      const begun = performance.now();
      do await row();
      while (performance.now() - begun < someMs);
    };
    const records = async (origin: string) =>
      (await ask<RecordView[]>(origin, '/api/v1/gpus/GPU-1/telemetry?limit=10000')).count;

    const oldCollector = start(program, 'collect');
    const oldGateway = await gateway(program);
    await eventually('the old gateway is ready', async () => (await ready(oldGateway.origin)) === 200);
    start(young.script, 'stream', file, '--follow');
    await someRows();
    start(young.script, 'collect');
    const youngGateway = await gateway(young.script);
    await eventually('the new gateway is ready', async () => (await ready(youngGateway.origin)) === 200);
    await someRows();
    await end(oldCollector);
    await someRows();
    assert.deepEqual(new Set(await versions()), new Set([1]), 'an old gateway lives');
    for (const { origin } of [oldGateway, youngGateway])
      await eventually('every row is answered', async () => (await records(origin)) === rows);

    await end(oldGateway.running);
    await eventually('what is appended is of version 2', async () => {
      await row();
      return (await versions()).at(-1) === 2;
    });
    await someRows();
    const all = await versions();
    const first = all.indexOf(2);
    assert.deepEqual([...new Set(all.slice(0, first))], [1]);
    assert.deepEqual([...new Set(all.slice(first))], [2]);
    await eventually('every row is answered', async () => (await records(youngGateway.origin)) === rows);
    assert.equal((await ask<GpuView[]>(youngGateway.origin, '/api/v1/gpus')).count, 1);

    const late = await start(program, 'collect').ended;
    assert.equal(late.code, 1);
    assert.match(late.stderr, /the log may hold segments of version 2, and this program reads versions up to 1/);
    const behind = await gateway(program);
    await eventually('it says why it is not ready', async () => {
      const response = await fetch(`${behind.origin}/health`).catch(() => undefined);
      return (await response?.text())?.includes('segments of version 2') === true;
    });
    assert.equal(await ready(behind.origin), 503);
    const checked = await runTelemetry(['log', 'verify', ...here]);
    assert.equal(checked.code, 1, 'a command of the old program does not read them');
    assert.match(checked.stdout + checked.stderr, /version 2/);
    await eventually('everything adds up', async () => {
      return (await startTelemetry(['verify', ...here], {}, 'ignore', young.script).ended).code === 0;
    });
  });
});
