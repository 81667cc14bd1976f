import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient as createSubscriber, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { projectionNames } from '../../domain/generation.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { openLog } from '../../infra/etcd/log-identity-store.js';
import { ask, untilReached, type GpuView, type RecordView } from '../support/api.js';
import { Operator } from '../support/collectors.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { FleetLog } from '../support/fleet-log.js';
import { full } from '../support/full-counts.js';
import { askQuestion, type Expected, Hammer, type Question } from '../support/hammer.js';
import { Keeper } from '../support/keeper.js';
import { never } from '../support/never.js';
import { Rebuilds } from '../support/rebuilds.js';
import { runTelemetry, startTelemetry } from '../support/telemetry.js';
import { freePort } from '../../infra/processes/free-port.js';

const partitions = 4;
const rounds = 10;

/** Large enough for every partition to have runs of history that have ended. */
const fleet = {
  ...{ hosts: 6, gpusPerHost: 2, metrics: 2, noise: 8_192 },
  // So that there is something wrong with every GPU.
  metricNames: ['DCGM_FI_DEV_GPU_TEMP', 'DCGM_FI_DEV_XID_ERRORS'],
};
const steps = 40;

// With fewer counts this is left to resets in a system under fire, and to gateways over a world in memory.
(full ? describe : describe.skip)('a system that rebuilds its read models', function () {
  this.timeout(600_000);
  const etcd = etcdForSuite();
  const stopping: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const stop of stopping.splice(0).reverse()) await stop();
  });

  it('R1, R4: queries never see an empty or half-built model, and subscribers nothing that is replayed', async () => {
    const keys = new Keys(freshPrefix());
    const client = createClient({ endpoints: etcd().endpoints });
    stopping.push(() => client.close());
    await openLog(client, keys, partitions, never);
    const log = new FleetLog(client, keys, partitions, fleet);
    await log.stream(steps);
    await log.append(1, 'ended');
    const operator = new Operator({ endpoints: etcd().endpoints, keys, partitions });
    stopping.push(() => operator.close());
    const rebuilds = new Rebuilds({ client, keys });

    const here = ['--etcd', etcd().endpoint, '--prefix', keys.prefix];
    const role = (command: string, ...more: readonly string[]) => {
      const keeper = new Keeper([command, ...here, '--log-level', 'warn', ...more]);
      stopping.push(() => keeper.stop());
      return keeper;
    };
    const collectors = [role('collect', '--lease', '1s'), role('collect', '--lease', '1s')];
    const ports = [await freePort(), await freePort()] as const;
    role('serve', '--port', String(ports[0]));
    const mortal = role('serve', '--port', String(ports[1]));
    const [steady, shaky] = ports.map((port) => `http://127.0.0.1:${port}`) as [string, string];
    for (const origin of [steady, shaky])
      await eventually(`${origin} is ready`, async () => {
        return (await fetch(`${origin}/readyz`).catch(() => undefined))?.status === 200;
      });
    await operator.caughtUp(log.events);
    const before = await rebuilds.storedOfAll();
    assert.ok(before.get('history')!.size > partitions, 'chunks are written');

    await untilReached(steady, log.head);
    const gpus = await ask<GpuView[]>(steady, '/api/v1/gpus');
    const { uuid } = gpus.data[0]!;
    const history = await ask<RecordView[]>(steady, `/api/v1/gpus/${uuid}/telemetry?limit=10000`);
    assert.deepEqual([gpus.total, history.count], [log.gpus, log.steps]);
    const paths = [
      ...['/api/v1/gpus', `/api/v1/gpus/${uuid}`, `/api/v1/gpus/${uuid}/telemetry?limit=10000`],
      ...['/api/v1/clusters', '/api/v1/hosts', '/api/v1/telemetry/latest', '/api/v1/telemetry?limit=1000&order=desc'],
      '/api/v1/clusters/test-cluster/stats?step=1m',
      ...[`/api/v1/gpus/${uuid}/health`, '/api/v1/health/events?kind=temperature&limit=1000'],
    ];
    const queries = [
      '{ gpus { uuid hostname status metrics { name value } } clusters { name gpuCount stats(includeStale: true) { gpusByStatus { stale missing } metrics { name } } } }',
      `{ gpu(uuid: "${uuid}") { uuid telemetry(limit: 1000) { timestamp metrics } health { events { kind } } } }`,
    ];
    const questions: readonly Question[] = [...paths.map((path) => ({ path })), ...queries.map((query) => ({ query }))];
    const expected: Expected[] = [];
    for (const question of questions) {
      const response = await askQuestion(steady, question);
      const answer: unknown = await response.json();
      assert.equal(response.status, 200, JSON.stringify([question, answer]));
      assert.doesNotMatch(
        JSON.stringify(answer),
        /"data":(\[\]|null)|"errors"|"events":\[\]/,
        JSON.stringify(question),
      );
      expected.push({ ...question, answer });
    }

    const told = subscribe(steady);
    const hammers = [new Hammer(() => steady, expected, false), new Hammer(() => shaky, expected, true)];
    stopping.push(...hammers.map((hammer) => () => hammer.stop()));
    for (let round = 0; round < rounds; round++) {
      const resetting = startTelemetry(['projections', 'reset', ...projectionNames, '--wait', '--json', ...here]);
      // Killed in the middle, at another point each time.
      for (const keeper of [collectors[0]!, mortal, collectors[1]!]) {
        await pause(200 + Math.random() * 1_500);
        await keeper.killAndRestart();
      }
      const { code, stdout, stderr } = await resetting.ended;
      assert.equal(code, 0, stderr);
      const results = JSON.parse(stdout) as { name: string; generation: string; state: string }[];
      assert.deepEqual(
        results.map(({ name, generation, state }) => [name, generation, state]),
        projectionNames.map((name) => [name, String(round + 2), 'active']),
      );
      assert.deepEqual(await rebuilds.storedOfAll(), before, 'the documents are byte for byte what they were');
    }
    await eventually('what was active before is gone', async () => {
      const left = await Promise.all(
        projectionNames.map((projection) => rebuilds.stored({ projection, generation: 1 })),
      );
      return (
        left.every(({ size }) => size === 0) && (await rebuilds.view()).generations.length === projectionNames.length
      );
    });
    await eventually('the other gateway is ready again', async () => {
      return (await fetch(`${shaky}/readyz`).catch(() => undefined))?.status === 200;
    });
    await Promise.all(hammers.map((hammer) => hammer.stop()));
    assert.deepEqual(
      hammers.map(({ wrong }) => wrong),
      [[], []],
    );
    console.log(`      ${hammers.map(({ answers }) => answers).join(' and ')} answers, all of them right`);
    assert.deepEqual(told.heard, []);
    // The subscriber was there all the time: it hears of what is new.
    await log.append(1, 'ended');
    await eventually('it hears of what is new', () => told.heard.length > 0);
    await operator.caughtUp(log.events);
    await operator.assertSound();
    const verified = await runTelemetry(['projections', 'verify', '--json', ...here]);
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  });

  const subscribe = (origin: string): { readonly heard: unknown[] } => {
    const heard: unknown[] = [];
    const url = `${origin.replace('http', 'ws')}/graphql`;
    const subscriber: Client = createSubscriber({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
    stopping.push(() => subscriber.dispose());
    for (const query of [
      'subscription { telemetry { uuid } }',
      'subscription { gpuStatusChanged { uuid to } }',
      'subscription { gpuHealthEvents { change } }',
    ])
      subscriber.subscribe(
        { query },
        {
          next: (value) => void heard.push(value),
          error: (error) => void heard.push(error),
          complete: () => undefined,
        },
      );
    return { heard };
  };
});
