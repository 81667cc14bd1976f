import assert from 'node:assert/strict';
import { requestCancel } from '../../commands/projections/request-cancel.js';
import { projectionNames } from '../../domain/generation.js';
import { type GenerationRegistry } from '../../domain/generation-registry.js';
import { createClient } from '../../infra/etcd/client.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { Keys } from '../../infra/etcd/keys.js';
import { openLog } from '../../infra/etcd/log-identity-store.js';
import { projections } from '../../projections/projections.js';
import { Operator, startCollector, type CollectorSetup } from '../support/collectors.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { FleetLog } from '../support/fleet-log.js';
import { never } from '../support/never.js';
import { Rebuilds } from '../support/rebuilds.js';
import { portOf, startTcpProxy } from '../support/tcp-proxy.js';
import { type Run, runTelemetry, startTelemetry } from '../support/telemetry.js';

const partitions = 4;
const fleet = { hosts: 3, gpusPerHost: 2, metrics: 2 };

describe('telemetry projections cancel', function () {
  this.timeout(120_000);
  const etcd = etcdForSuite();
  const stopping: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const stop of stopping.splice(0).reverse()) await stop();
  });

  /** A log that is folded, and nobody who goes on folding it. */
  const folded = async () => {
    const keys = new Keys(freshPrefix());
    const client = createClient({ endpoints: etcd().endpoints });
    stopping.push(() => client.close());
    await openLog(client, keys, partitions, never);
    const log = new FleetLog(client, keys, partitions, fleet);
    await log.append(10, 'ended');
    const world = { endpoints: etcd().endpoints, keys, partitions };
    const operator = new Operator(world);
    stopping.push(() => operator.close());
    const collector = async (setup: CollectorSetup = {}) => {
      const started = await startCollector(world, setup);
      stopping.push(() => started.stop());
      return started;
    };
    const first = await collector();
    await operator.caughtUp(log.events);
    await first.stop();
    const where = ['--etcd', etcd().endpoint, '--prefix', keys.prefix];
    const run = (...args: readonly string[]): Promise<Run> => runTelemetry(['projections', ...args, ...where]);
    const states = async () =>
      (JSON.parse((await run('list', '--json')).stdout) as { name: string; generation: string; state: string }[])
        .filter(({ name }) => name === 'gpu')
        .map(({ generation, state }) => `${generation} ${state}`);
    return { keys, rebuilds: new Rebuilds({ client, keys }), operator, collector, run, where, states };
  };

  it('R1: gives up the build that it found, and not one that came between when its answer was lost', async () => {
    const { keys, rebuilds, states } = await folded();
    await rebuilds.reset('gpu');
    const proxy = await startTcpProxy(portOf(etcd().endpoint));
    const client = createClient({ endpoints: [proxy.endpoint] });
    stopping.push(
      () => proxy.close(),
      () => client.close(),
    );
    const registry = generationRegistry(client, keys);
    let tries = 0;
    const losingAnswers: Pick<GenerationRegistry, 'read' | 'change'> = {
      ...registry,
      change: (decide, signal) =>
        registry.change((view, horizons) => {
          if (tries++ === 0) proxy.holdReplies();
          return decide(view, horizons);
        }, signal),
    };
    const cancelling = requestCancel(losingAnswers, 'gpu', never);
    await eventually('the build is given up', async () => (await states()).join() === '1 active');
    await rebuilds.reset('gpu');
    proxy.cut();
    proxy.pass();
    assert.equal((await cancelling)?.generation, 2);
    assert.ok(tries > 1, 'the answer was lost');
    assert.deepEqual(await states(), ['1 active', '3 building']);
  });

  it('R1: gives a build up, says so, and leaves alone what queries answer from', async () => {
    const { rebuilds, operator, collector, run, states } = await folded();
    const before = await rebuilds.storedOfAll();
    const reset = await run('reset', 'gpu');
    assert.equal(reset.code, 0);
    assert.match(reset.stderr, /No collector runs that folds gpu: the build begins when one does\./);
    assert.deepEqual(await states(), ['1 active', '2 building']);
    assert.match((await run('list')).stdout, /^No collector runs that folds gpu: the build begins when one does\.$/m);

    const waiting = run('reset', 'host', '--wait', '--json');
    await eventually('host is being built', async () =>
      (await rebuilds.view()).generations.some(
        ({ record }) => record.state === 'building' && record.projection === 'host',
      ),
    );
    const cancelled = await run('cancel', 'gpu');
    assert.deepEqual([cancelled.code, cancelled.stdout.trim()], [0, 'gpu: the build of generation 2 is given up.']);
    const host = await run('cancel', 'host', '--json');
    assert.deepEqual([host.code, JSON.parse(host.stdout)], [0, { name: 'host', generation: '2', cancelled: true }]);
    const waited = await waiting;
    assert.equal(waited.code, 1, 'who waits for it is told');
    assert.equal((JSON.parse(waited.stdout) as { state: string }).state, 'gone');
    assert.deepEqual(await states(), ['1 active']);

    const again = await run('cancel', 'gpu', '--json');
    assert.deepEqual([again.code, JSON.parse(again.stdout)], [1, { name: 'gpu', generation: null, cancelled: false }]);
    assert.match(again.stderr, /gpu is not being built: there is nothing to cancel\./);
    assert.deepEqual(await rebuilds.storedOfAll(), before);
    // Numbers of what was given up are not used again, and nothing is left of it.
    await collector();
    assert.equal((await run('reset', 'gpu', '--wait')).code, 0);
    await eventually('what was before is deleted', async () => (await states()).join() === '3 active');
    assert.equal((await rebuilds.stored({ projection: 'gpu', generation: 2 })).size, 0);
    await operator.assertSound();
  });

  it('R1: whoever stops waiting for a build is told that it goes on', async () => {
    const { rebuilds, collector, where, states } = await folded();
    const waiting = startTelemetry(['projections', 'reset', 'gpu', '--wait', ...where]);
    await eventually('it waits for a collector', () => waiting.stderr.includes('No collector runs that folds gpu'));
    await eventually('the build is there', async () => (await states()).includes('2 building'));
    waiting.child.kill('SIGINT');
    assert.notEqual((await waiting.ended).code, 0);
    assert.match(waiting.stderr, /The build goes on without being waited for/);
    await collector();
    await rebuilds.switched({ projection: 'gpu', generation: 2 });
  });

  it('R2: clears away a build that has failed', async () => {
    const { collector, run, states } = await folded();
    const broken = projections.map((one) => ({
      ...one,
      open: () => ({ fold: () => assert.fail('a bug of the test'), take: () => undefined }),
    }));
    await collector({ projections: broken });
    const reset = await run('reset', 'gpu', '--wait');
    assert.deepEqual([reset.code, /it has failed/.test(reset.stdout)], [1, true], reset.stdout);
    assert.deepEqual(await states(), ['1 active', '2 failed']);
    assert.equal((await run('cancel', 'gpu')).code, 0);
    assert.deepEqual(await states(), ['1 active']);
  });

  it('answers a name that is none with those that there are, and exit code 2', async () => {
    const { code, stderr } = await runTelemetry(['projections', 'cancel', 'gpus', '--etcd', etcd().endpoint]);
    assert.equal(code, 2);
    assert.ok(stderr.includes(`There is no projection gpus. Projections: ${projectionNames.join(', ')}.`));
  });
});
