import assert from 'node:assert/strict';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { projections } from '../../projections/projections.js';
import { type Row } from '../query-api/support/made-rows.js';
import { untilReached } from '../support/api.js';
import { Operator, startCollector, type TestCollector } from '../support/collectors.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { gatewayHere } from '../support/gateway-here.js';
import { Rebuilds } from '../support/rebuilds.js';
import { RowAppender } from '../support/row-segments.js';

const partitions = 4;
const cluster = 'c1';
/** What a program of before it had. */
const withoutHealth = projections.filter(({ name }) => name !== 'health');
const time = (n: number) => new Date(Date.UTC(2025, 6, 18, 20, 0, n)).toISOString().replace('.000', '');
const rowsAt = (n: number): Row[] =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((g) => ({
    ...{ uuid: `GPU-${String(g)}`, host: `h${String(g % 4)}`, at: time(n), metric: 'DCGM_FI_DEV_XID_ERRORS' },
    value: n === 5 && g === 3 ? 79 : 0,
  }));

describe('a projection that a system of an earlier program did not have', () => {
  const etcd = etcdForSuite();
  const stopping: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const stop of stopping.splice(0).reverse()) await stop();
  });

  it('R2: is built by itself from the old log beside the others, which are served meanwhile and never go back', async () => {
    const world = { endpoints: etcd().endpoints, keys: new Keys(freshPrefix()), partitions };
    const store = { client: createClient({ endpoints: world.endpoints }), keys: world.keys };
    stopping.push(() => store.client.close());
    const operator = new Operator(world);
    stopping.push(() => operator.close());
    const collector = async (some = projections): Promise<TestCollector> => {
      const started = await startCollector(world, { projections: some });
      stopping.push(() => started.stop());
      return started;
    };
    const log = await RowAppender.open(store.client, store.keys, partitions);
    let revision = 0n;
    const append = async (n: number) => (revision = await log.append(rowsAt(n), cluster, time(n + 1)));
    for (let n = 0; n < 10; n++) await append(n);
    const old = await collector(withoutHealth);

    const leaving = new AbortController();
    let origin = '';
    const serving = gatewayHere(store, (at) => (origin = at), leaving.signal);
    stopping.push(async () => {
      leaving.abort();
      await serving;
    });
    await Promise.race([serving, eventually('the gateway is ready without it', () => origin !== '')]);
    const revisions: bigint[] = [];
    const ask = async (path: string) => {
      const response = await fetch(`${origin}${path}`);
      const shown = response.headers.get('x-telemetry-revision');
      if (shown !== null) revisions.push(BigInt(shown));
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    await untilReached(origin, revision);
    const gpus = await ask('/api/v1/gpus');
    assert.deepEqual([gpus.status, gpus.body['total']], [200, 8]);
    const early = await ask('/api/v1/health/events');
    assert.equal(early.status, 503);
    assert.match(String(early.body['detail']), /built from the log for the first time/);

    await collector();
    const rebuilds = new Rebuilds(store);
    await eventually('it is active', async () => (await rebuilds.view()).active.get('health') === 1);
    for (let n = 10; n < 20; n++) {
      await append(n);
      await untilReached(origin, revision);
      assert.equal((await ask('/api/v1/gpus')).status, 200);
    }
    await eventually('it is served', async () => (await ask('/api/v1/health/events')).status === 200);
    await untilReached(origin, revision);
    const { body } = await ask('/api/v1/health/events?kind=xid');
    assert.deepEqual(
      (body['data'] as Record<string, unknown>[]).map(({ uuid, code, ongoing }) => [uuid, code, ongoing]),
      [['GPU-3', 79, false]],
    );
    assert.deepEqual(
      revisions,
      [...revisions].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
      'no answer is of an earlier revision than one before',
    );
    assert.equal(old.newest?.stopped.length, 0, 'collectors of before go on');
    assert.deepEqual((await operator.verifyProjections()).differences, []);
    assert.deepEqual(
      (await operator.list()).map(({ name, state }) => [name, state]),
      projections.map(({ name }) => [name, 'active']),
    );
  }).timeout(300_000);
});
