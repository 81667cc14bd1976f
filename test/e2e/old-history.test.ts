import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { openLog } from '../../infra/etcd/log-identity-store.js';
import { freePort } from '../../infra/processes/free-port.js';
import { ask, untilReached, type Envelope, type RecordView } from '../support/api.js';
import { Operator } from '../support/collectors.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { FleetLog } from '../support/fleet-log.js';
import { never } from '../support/never.js';
import { type RunningTelemetry, runTelemetry, startTelemetry } from '../support/telemetry.js';

const partitions = 2;
/** An append of one second has about 65 kB in one partition, so that a run of history ends after some twenty. */
const fleet = { hosts: 1, gpusPerHost: 8, metrics: 2, noise: 8_192 };
const daySeconds = 86_400;
const uuid = 'GPU-0000-0';

describe('history that has become too old', function () {
  this.timeout(300_000);
  const etcd = etcdForSuite();
  let client: Etcd3;
  let keys: Keys;
  let log: FleetLog;
  let operator: Operator;
  const running = new Set<RunningTelemetry>();

  beforeEach(async () => {
    keys = new Keys(freshPrefix());
    client = createClient({ endpoints: etcd().endpoints });
    await openLog(client, keys, partitions, never);
    log = new FleetLog(client, keys, partitions, fleet);
    operator = new Operator({ endpoints: etcd().endpoints, keys, partitions });
  });
  afterEach(async () => {
    await Promise.all([...running].map(stop));
    operator.close();
    client.close();
  });

  const here = () => ['--etcd', etcd().endpoint, '--prefix', keys.prefix];
  const start = (...args: readonly string[]): RunningTelemetry => {
    const one = startTelemetry([...args, ...here()]);
    running.add(one);
    return one;
  };
  const stop = async (one: RunningTelemetry) => {
    one.child.kill('SIGTERM');
    await one.ended;
    running.delete(one);
  };
  const run = async (...args: readonly string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await runTelemetry([...args, '--json', ...here()]);
    assert.equal(code, 0, stdout + stderr);
    return JSON.parse(stdout);
  };

  it('R7, Q2: goes, oldest first; what is left is answered whole, and who asks for more is told from where', async () => {
    for (let day = 0; day < 3; day++) {
      await log.stream(20);
      log.steps += daySeconds;
    }
    await log.append(1, 'ended');
    const first = start('collect');
    await operator.caughtUp(log.events);
    const port = await freePort();
    const gateway = `http://127.0.0.1:${String(port)}`;
    start('serve', '--port', String(port));
    await eventually(
      'the gateway is ready',
      async () => (await fetch(`${gateway}/readyz`).catch(() => undefined))?.ok === true,
    );

    const path = `/api/v1/gpus/${uuid}/telemetry`;
    const times = async (query: string) => {
      const { data } = await ask<RecordView[]>(gateway, `${path}?${query}`);
      return data.map(({ timestamp }) => timestamp);
    };
    const deletedTo = async (query: string) => {
      const response = await fetch(`${gateway}${path}?${query}`);
      assert.equal(response.status, 200);
      return response.headers.get('x-telemetry-deleted-to');
    };
    await untilReached(gateway, log.head);
    const before = await times('limit=1000');
    assert.equal(before.length, 61);
    assert.equal(await deletedTo('limit=1000'), null, 'nothing has been deleted');
    const walk: Envelope<RecordView[]> = await ask(gateway, `${path}?limit=5`);

    // The first day is too old, and the second is not; the run in which the one becomes the other stays.
    await stop(first);
    const noon = Date.parse(before[0]!) + 12 * 3_600_000;
    start('collect', '--history-max-age', `${String(Date.now() - noon)}ms`);
    await eventually('the oldest is gone', async () => (await times('limit=1000')).length < 61);
    await eventually('it is said', async () => (await deletedTo('limit=1000')) !== null);
    const left = await times('limit=1000');
    assert.deepEqual(left, before.slice(-left.length), 'what is left is the end of what was there');
    assert.ok(left.length > 41 && left.length < 61, `${String(left.length)} records: the cut is within the first day`);

    const gone = before.slice(0, -left.length);
    assert.equal(await deletedTo('limit=1000'), gone.at(-1), 'the newest time that is gone');
    assert.equal(await deletedTo(`start_time=${gone.at(-1)!}`), gone.at(-1));
    assert.equal(await deletedTo(`start_time=${left[0]!}`), null, 'all of what is asked for is there');
    const asked = async (start: string) => {
      const query = `{ gpu(uuid: "${uuid}") { telemetry(startTime: "${start}") { timestamp } } }`;
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${gateway}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
      assert.doesNotMatch(await response.text(), /errors/);
      return response.headers.get('x-telemetry-deleted-to');
    };
    assert.deepEqual([await asked(before[0]!), await asked(left[0]!)], [gone.at(-1), null], 'GraphQL says it too');
    assert.deepEqual(await times(`end_time=${gone.at(-1)!}`), []);
    assert.deepEqual(await times(`start_time=${before[0]!}&limit=3`), left.slice(0, 3));
    assert.deepEqual(await times('order=desc&limit=1000'), [...left].reverse());
    const rest: string[] = [];
    for (let cursor: string | undefined = walk.next_cursor; cursor !== undefined;) {
      const page: Envelope<RecordView[]> = await ask(gateway, `${path}?limit=5&cursor=${encodeURIComponent(cursor)}`);
      rest.push(...page.data.map(({ timestamp }) => timestamp));
      cursor = page.next_cursor;
    }
    assert.deepEqual(rest, left, 'a walk that began before goes on with what is left');

    await eventually('status tells what is held', async () => {
      const { retention } = (await run('status')) as {
        readonly retention: { readonly models: readonly { readonly name: string; readonly oldest: string }[] };
      };
      return retention.models.some(({ name, oldest }) => name === 'history' && oldest === left[0]);
    });
    const verified = (await run('projections', 'verify')) as { readonly ok: boolean };
    assert.ok(verified.ok, 'what is kept is as the log has it, and nothing of it is missed');
    await run('verify', '--wait', '30s');

    // A collector that keeps everything brings nothing back, and what comes is added.
    await log.stream(3);
    await operator.caughtUp(log.events);
    await untilReached(gateway, log.head);
    assert.deepEqual((await times('limit=1000')).slice(0, left.length), left);
  });
});
