import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { openLog } from '../../infra/etcd/log-identity-store.js';
import { freePort } from '../../infra/processes/free-port.js';
import { ask, untilReached, type GpuView } from '../support/api.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { FleetLog } from '../support/fleet-log.js';
import { never } from '../support/never.js';
import { type Edit, otherBuild } from '../support/other-build.js';
import { Rebuilds } from '../support/rebuilds.js';
import { program, type RunningTelemetry, runTelemetry, startTelemetry } from '../support/telemetry.js';

const partitions = 4;
const fleet = { hosts: 6, gpusPerHost: 2, metrics: 2 };

const version = (number: number): Edit => ({
  file: 'projections/versions.document.js',
  from: 'gpu: 1,',
  to: `gpu: ${number},`,
});
/** Writes the names of models without capitals. */
const whispers: Edit = {
  file: 'projections/gpu/description.js',
  from: 'clipped(series.modelName)',
  to: 'clipped(series.modelName).toLowerCase()',
};
const broken: Edit = {
  file: 'projections/gpu/description.js',
  from: 'clipped(series.modelName)',
  to: 'clipped(series.modelNameOfOld)',
};
const loud = 'NVIDIA H100 80GB HBM3';
const quiet = loud.toLowerCase();

type Row = Readonly<Record<string, unknown>> & { readonly name: string };

// With fewer counts this is left to collectors of two versions within one process.
describe('an upgrade by another build of the program', function () {
  this.timeout(600_000);
  const etcd = etcdForSuite();
  const stopping: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const stop of stopping.splice(0).reverse()) await stop();
  });

  it('R2: version 1 is served while 2 builds, then 2; a broken 3 leaves 2 and says why; 1 refuses to start', async () => {
    const keys = new Keys(freshPrefix());
    const client = createClient({ endpoints: etcd().endpoints });
    stopping.push(() => client.close());
    await openLog(client, keys, partitions, never);
    const log = new FleetLog(client, keys, partitions, fleet);
    await log.stream(30);
    const rebuilds = new Rebuilds({ client, keys });
    const second = await otherBuild([version(2), whispers]);
    stopping.push(() => second.remove());
    const third = await otherBuild([version(3), broken]);
    stopping.push(() => third.remove());

    const here = ['--etcd', etcd().endpoint, '--prefix', keys.prefix];
    const start = (script: string, command: string, ...more: readonly string[]): RunningTelemetry => {
      const running = startTelemetry([command, ...here, '--log-level', 'warn', ...more], {}, 'ignore', script);
      stopping.push(async () => {
        running.child.kill('SIGTERM');
        await running.ended;
      });
      return running;
    };
    const gatewayOf = async (script: string): Promise<string> => {
      const port = await freePort();
      start(script, 'serve', '--port', String(port));
      return `http://127.0.0.1:${port}`;
    };
    const ready = async (origin: string) => (await fetch(`${origin}/readyz`).catch(() => undefined))?.status;
    const list = async (): Promise<readonly Row[]> => {
      const run = await runTelemetry(['projections', 'list', '--json', ...here]);
      assert.equal(run.code, 0, run.stderr);
      return (JSON.parse(run.stdout) as Row[]).filter(({ name }) => name === 'gpu');
    };

    const first = [start(program, 'collect'), start(program, 'collect')];
    await eventually('version 1 is active', async () => (await rebuilds.view()).active.has('gpu'));
    const gateway = await gatewayOf(second.script);
    await eventually('a gateway of version 2 reads version 1', async () => (await ready(gateway)) === 200);
    const names = async (): Promise<ReadonlySet<string>> => {
      const gpus = await ask<GpuView[]>(gateway, '/api/v1/gpus');
      assert.equal(gpus.total, log.gpus);
      return new Set(gpus.data.map(({ name }) => name));
    };
    await untilReached(gateway, log.head);
    assert.deepEqual([...(await names())], [loud]);

    // Every answer on the way is of one version and whole.
    const seen = new Set<string>();
    const watching = new AbortController();
    const watched = (async () => {
      while (!watching.signal.aborted) {
        seen.add([...(await names())].join());
        await pause(20);
      }
    })();
    watched.catch(() => undefined);
    const streaming = new AbortController();
    const streamed = log.stream(100_000, 50, streaming.signal);
    const young = start(second.script, 'collect');
    await rebuilds.switched({ projection: 'gpu', generation: 2 });
    await eventually('the gateway answers from version 2', async () => (await names()).has(quiet));
    for (const one of first) {
      assert.equal(one.child.exitCode, null, 'collectors of version 1 go on beside those of version 2');
      one.child.kill('SIGTERM');
      assert.equal((await one.ended).code, 0);
    }
    streaming.abort();
    await streamed;
    await untilReached(gateway, log.head);
    watching.abort();
    await watched;
    assert.deepEqual([...seen].sort(), [loud, quiet].sort());
    assert.deepEqual(
      (await list()).map(({ version: of, state, old }) => [of, state, old]),
      [[2, 'active', false]],
    );

    const late = await start(program, 'collect').ended;
    assert.equal(late.code, 1);
    assert.match(late.stderr, /projection gpu is active in version 2, and this program has version 1/);
    const behind = await gatewayOf(program);
    await eventually('a gateway of version 1 is not ready', async () => (await ready(behind)) === 503);
    await eventually('and says why', async () => {
      const health = (await (await fetch(`${behind}/health`)).json()) as { checks: { models: { detail: string } } };
      return health.checks.models.detail.includes(
        'gpu is active in version 2, and this gateway reads versions 0 and 1',
      );
    });

    const unfit = start(third.script, 'collect');
    await eventually('version 3 has failed', async () => (await list()).some(({ state }) => state === 'failed'));
    const rows = await list();
    assert.deepEqual(
      rows.map(({ version: of, state, old }) => [of, state, old]),
      [
        [2, 'active', false],
        [3, 'failed', false],
      ],
    );
    assert.match(String(rows[1]!['failure']), /the fold failed: TypeError/);
    await log.stream(3);
    await untilReached(gateway, log.head);
    assert.deepEqual([...(await names())], [quiet]);
    assert.deepEqual([young.child.exitCode, unfit.child.exitCode], [null, null]);
  });
});
