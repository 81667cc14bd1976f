import assert from 'node:assert/strict';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { type Row } from './support/made-rows.js';
import { World } from './support/world.js';

const power = 'DCGM_FI_DEV_POWER_USAGE';
const heat = 'DCGM_FI_DEV_GPU_TEMP';
const row = (uuid: string, at: string, value: number, more: Partial<Row> = {}): Row => ({ uuid, at, value, ...more });
const path = (more = '', uuid = 'GPU-a') => `/api/v1/gpus/${uuid}/telemetry${more}`;
const timesOf = (items: readonly Record<string, unknown>[]) => items.map(({ timestamp }) => timestamp);
const second = (n: number, fraction = '') => `2025-07-18T20:42:${String(n).padStart(2, '0')}${fraction}Z`;

/** Each scenario is asked of the tail of the log, of written chunks, and of both. */
const places = ['the tail', 'written chunks', 'both'] as const;

for (const place of places)
  describe(`telemetry from ${place}`, () => {
    let world: World;
    let gateway: RunningGateway;

    beforeEach(async () => {
      world = new World();
      gateway = await startGateway(world);
    });
    afterEach(async () => {
      await gateway.stop();
      assert.deepEqual(gateway.errors, []);
      assert.deepEqual(world.warnings, []);
    });

    /** Each group of rows is a transaction. */
    const given = async (...groups: readonly (readonly Row[])[]) => {
      groups.forEach((rows, i) => {
        world.append(rows);
        if (place === 'written chunks' || (place === 'both' && i % 2 === 0)) world.writeHistory();
      });
      const { status } = await gateway.get(`/api/v1/gpus?min_revision=${world.revision}`);
      assert.equal(status, 200);
    };

    it('gives a record for each time, null where a metric was not sampled, others under their own name', async () => {
      await given(
        [
          row('GPU-a', second(34), 0, { index: '2', host: 'h1', model: 'H100' }),
          row('GPU-a', second(34), 73.136, { index: '2', host: 'h1', model: 'H100', metric: power }),
        ],
        [row('GPU-a', second(34), 9, { index: '2', host: 'h1', model: 'H100', metric: 'DCGM_FI_DEV_XID_ERRORS' })],
        [row('GPU-a', second(35, '.25'), 28, { index: '2', host: 'h1', model: 'H100', metric: heat })],
      );
      const { body } = await gateway.get(path());
      const nulls = {
        memory_utilization: null,
        memory_used_mb: null,
        memory_free_mb: null,
        sm_clock_mhz: null,
        memory_clock_mhz: null,
        encoder_utilization: null,
        decoder_utilization: null,
      };
      const identity = { gpu_id: '2', uuid: 'GPU-a', device: 'nvidia2', model_name: 'H100', hostname: 'h1' };
      assert.deepEqual(body, {
        success: true,
        count: 2,
        data: [
          {
            telemetry_id: 'h1_2_1752871354',
            timestamp: second(34),
            ...identity,
            ...nulls,
            gpu_utilization: 0,
            temperature: null,
            power_draw: 73.136,
            metrics: { DCGM_FI_DEV_XID_ERRORS: 9 },
          },
          {
            telemetry_id: 'h1_2_1752871355',
            timestamp: second(35, '.25'),
            ...identity,
            ...nulls,
            gpu_utilization: null,
            temperature: 28,
            power_draw: null,
            metrics: {},
          },
        ],
      });
    });

    it('P3: of two values of one metric at one time the later position wins', async () => {
      await given([row('GPU-a', second(34), 1), row('GPU-a', second(34), 2)], [row('GPU-a', second(34), 3)]);
      const items = await gateway.items(path());
      assert.deepEqual(
        items.map((item) => item['gpu_utilization']),
        [3],
      );
    });

    it('includes both ends of the range, to the nanosecond, with any offset', async () => {
      const times = [
        second(34),
        second(34, '.000000001'),
        second(34, '.999999999'),
        second(35),
        second(35, '.000000001'),
      ];
      await given(
        times.slice(2).map((at) => row('GPU-a', at, 1)),
        times.slice(0, 2).map((at) => row('GPU-a', at, 1)),
      );
      const between = async (range: string) => timesOf(await gateway.items(path(`?${range}`)));
      assert.deepEqual(await between(''), times);
      assert.deepEqual(
        await between(`start_time=${second(34, '.000000001')}&end_time=${second(35)}`),
        times.slice(1, 4),
      );
      assert.deepEqual(await between(`start_time=${second(35)}`), times.slice(3));
      assert.deepEqual(await between(`end_time=${second(34)}`), times.slice(0, 1));
      const shifted = encodeURIComponent('2025-07-18T22:42:35+02:00');
      assert.deepEqual(await between(`start_time=${shifted}&end_time=${shifted}`), [second(35)]);
      assert.deepEqual(await between('start_time=2025-07-18T22:42:35+02:00'), times.slice(3));
      assert.deepEqual(await between('start_time=9999-12-31T23:59:59Z'), []);
      assert.deepEqual(await between('end_time=0000-01-01T00:00:00Z'), []);
    });

    it('gives the oldest first, the newest first when asked, and 100 when no limit is given', async () => {
      const all = Array.from({ length: 130 }, (_, n) => second(30, `.${String(n + 100)}`));
      await given(
        all.filter((_, n) => n % 3 === 0).map((at) => row('GPU-a', at, 1)),
        all.filter((_, n) => n % 3 !== 0).map((at) => row('GPU-a', at, 2)),
      );
      const canonical = all.map((at) => at.replace(/0+Z$/, 'Z'));
      assert.deepEqual(timesOf(await gateway.items(path())), canonical.slice(0, 100));
      assert.deepEqual(timesOf(await gateway.items(path('?limit=2'))), canonical.slice(0, 2));
      assert.deepEqual(timesOf(await gateway.items(path('?limit=3&order=desc'))), canonical.slice(-3).reverse());
      assert.deepEqual(timesOf(await gateway.items(path('?limit=10000'))), canonical);
    });

    for (const order of ['asc', 'desc'] as const)
      it(`Q2: a walk in pages, ${order}, gives every record that existed at its start exactly once`, async () => {
        const uuids = ['GPU-a', 'GPU-b', 'GPU-c'];
        const rows = Array.from({ length: 20 }, (_, n) => n).flatMap((n) =>
          uuids.map((uuid, g) => row(uuid, second(n), n, { index: String(g), host: `h${g % 2}` })),
        );
        await given(
          rows.filter((_, n) => n % 2 === 0),
          rows.filter((_, n) => n % 2 === 1),
        );
        const seen: string[] = [];
        let cursor: string | undefined;
        for (let page = 0; page === 0 || cursor !== undefined; page++) {
          const at = cursor === undefined ? '' : `&cursor=${cursor}`;
          const { status, body } = await gateway.get(`/api/v1/telemetry?limit=7&order=${order}${at}`);
          assert.equal(status, 200, JSON.stringify(body));
          const items = body['data'] as Record<string, unknown>[];
          seen.push(...items.map(({ timestamp, uuid }) => `${String(timestamp)} ${String(uuid)}`));
          cursor = body['next_cursor'] as string | undefined;
          // What is before the cursor comes too late to be shown, and must not shift the pages.
          const late = order === 'asc' ? second(0, `.${page + 1}`) : second(59, `.${page + 1}`);
          world.append([row('GPU-d', late, 1, { host: 'h0', index: '9' })]);
          if (place !== 'the tail' && page === 2) world.writeHistory();
          await gateway.get(`/api/v1/gpus?min_revision=${world.revision}`);
        }
        // h0 has GPU-a (index 0) and GPU-c (index 2), h1 has GPU-b.
        const expected = Array.from({ length: 20 }, (_, n) =>
          ['GPU-a', 'GPU-c', 'GPU-b'].map((uuid) => `${second(n)} ${uuid}`),
        ).flat();
        assert.deepEqual(seen, order === 'asc' ? expected : expected.reverse());
      });

    it('gives only the metrics asked for, by either name', async () => {
      await given(
        [row('GPU-a', second(34), 1), row('GPU-a', second(34), 70, { metric: power })],
        [row('GPU-a', second(35), 5, { metric: 'DCGM_FI_DEV_XID_ERRORS' })],
      );
      const shown = async (metrics: string) =>
        (await gateway.items(path(`?metrics=${metrics}`))).map((item) =>
          Object.fromEntries(Object.entries(item).slice(7)),
        );
      assert.deepEqual(await shown('power_draw'), [
        { power_draw: 70, metrics: {} },
        { power_draw: null, metrics: {} },
      ]);
      assert.deepEqual(await shown(`${power},gpu_utilization`), [
        { gpu_utilization: 1, power_draw: 70, metrics: {} },
        { gpu_utilization: null, power_draw: null, metrics: {} },
      ]);
      assert.deepEqual(await shown('DCGM_FI_DEV_XID_ERRORS'), [
        { metrics: {} },
        { metrics: { DCGM_FI_DEV_XID_ERRORS: 5 } },
      ]);
      for (const bad of ['nonsense', 'power_draw,nonsense', '', ',', 'POWER_DRAW'])
        assert.equal((await gateway.get(path(`?metrics=${bad}`))).status, 400, bad);
    });

    it('puts values in buckets aligned to the epoch, labelled by their start, empty ones left out', async () => {
      await given(
        [row('GPU-a', second(19), 2), row('GPU-a', second(20), 10), row('GPU-a', second(21), 30)],
        [row('GPU-a', second(29, '.999999999'), 50), row('GPU-a', second(25), 7, { metric: power })],
        [row('GPU-a', second(40), 1), row('GPU-a', second(20), 20)],
      );
      const buckets = async (more: string) =>
        (await gateway.items(path(`?step=10s${more}`))).map((item) => [
          item['telemetry_id'],
          item['timestamp'],
          item['gpu_utilization'],
          item['power_draw'],
        ]);
      const expected = (middle: number) => [
        [null, second(10), 2, null],
        [null, second(20), middle, 7],
        [null, second(40), 1, null],
      ];
      assert.deepEqual(await buckets(''), expected(100 / 3));
      assert.deepEqual(await buckets('&agg=avg'), expected(100 / 3));
      assert.deepEqual(await buckets('&agg=min'), expected(20));
      assert.deepEqual(await buckets('&agg=max'), expected(50));
      assert.deepEqual(await buckets('&agg=last'), expected(50));
      assert.deepEqual(await buckets('&agg=max&order=desc&limit=2'), expected(50).reverse().slice(0, 2));
      const only = await gateway.items(path('?step=10s&metrics=power_draw'));
      assert.deepEqual(timesOf(only), [second(20)]);
      const first = await gateway.get(path('?step=10s&agg=max&limit=1'));
      const rest = await gateway.items(path(`?step=10s&agg=max&cursor=${String(first.body['next_cursor'])}`));
      assert.deepEqual(timesOf(rest), [second(20), second(40)]);
      const desc = await gateway.get(path('?step=10s&order=desc&limit=1'));
      const before = await gateway.items(path(`?step=10s&order=desc&cursor=${String(desc.body['next_cursor'])}`));
      assert.deepEqual(timesOf(before), [second(20), second(10)]);
    });

    it('shows a GPU that moved on each of its hosts', async () => {
      await given([row('GPU-a', second(34), 1, { host: 'old' })], [row('GPU-a', second(35), 2, { host: 'new' })]);
      const hosts = (await gateway.items(path())).map(({ hostname, timestamp }) => [hostname, timestamp]);
      assert.deepEqual(hosts, [
        ['old', second(34)],
        ['new', second(35)],
      ]);
    });
  });

describe('telemetry', () => {
  let world: World;
  let gateway: RunningGateway;

  beforeEach(async () => {
    world = new World();
    world.append([row('GPU-a', second(34), 1)]);
    gateway = await startGateway(world);
  });
  afterEach(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  it('Q3: a known GPU with nothing in the range is 200 and an empty list; an unknown one is 404', async () => {
    const nothing = await gateway.get(path('?start_time=2030-01-01T00:00:00Z'));
    assert.deepEqual([nothing.status, nothing.body], [200, { success: true, count: 0, data: [] }]);
    assert.equal((await gateway.get(path('', 'GPU-x'))).status, 404);
  });

  it('Q3: refuses what is no time, no range, no step', async () => {
    const bad = [
      'start_time=yesterday',
      'start_time=2025-07-18',
      'start_time=2025-02-30T00:00:00Z',
      'end_time=2025-07-18T20:42:34',
      'end_time=2025-07-18T20:42:34.1234567890Z',
      `start_time=${second(35)}&end_time=${second(34)}`,
      'limit=10001',
      'limit=-1',
      'limit=1e2',
      'order=up',
      'step=0s',
      'step=10',
      'step=400d',
      'agg=avg',
      'step=10s&agg=median',
      'start=1',
    ];
    for (const query of bad) {
      const { status, body } = await gateway.get(path(`?${query}`));
      assert.equal(status, 400, query);
      assert.ok((body['errors'] as unknown[]).length > 0, query);
    }
  });

  it('gives large pages to all who ask for one at a time, after some have gone away too', async () => {
    const limits = Array.from({ length: 12 }, (_, n) => 9_000 + n);
    const gone = new AbortController();
    const left = limits.map((limit) =>
      gateway.get(`/api/v1/telemetry?limit=${String(limit)}`, { signal: gone.signal }),
    );
    gone.abort();
    await Promise.allSettled(left);
    for (const items of await Promise.all(limits.map((limit) => gateway.items(path(`?limit=${String(limit)}`)))))
      assert.deepEqual(timesOf(items), [second(34)]);
  });

  it('filters the telemetry of all by GPU, host and cluster', async () => {
    world.append([row('GPU-b', second(35), 1, { host: 'h2' })], { cluster: 'c2' });
    await gateway.get(`/api/v1/gpus?min_revision=${world.revision}`);
    const uuids = async (query: string) => (await gateway.items(`/api/v1/telemetry?${query}`)).map(({ uuid }) => uuid);
    assert.deepEqual(await uuids(''), ['GPU-a', 'GPU-b']);
    assert.deepEqual(await uuids('gpu_uuid=GPU-b'), ['GPU-b']);
    assert.deepEqual(await uuids('hostname=h2'), ['GPU-b']);
    assert.deepEqual(await uuids('cluster_id=c1'), ['GPU-a']);
    assert.deepEqual(await uuids('cluster_id=c1&hostname=h2'), []);
    assert.deepEqual(await uuids('gpu_uuid=GPU-x'), []);
  });

  it('min_revision waits until the models are there', async () => {
    world.held = true;
    const revision = world.append([row('GPU-b', second(36), 1)]);
    let answered = false;
    const waiting = gateway.get(`/api/v1/gpus?min_revision=${revision}`).finally(() => (answered = true));
    const meanwhile = await gateway.get('/api/v1/gpus');
    assert.equal(meanwhile.body['count'], 1);
    assert.ok(Number(meanwhile.headers.get('x-telemetry-revision')) < Number(revision));
    assert.equal(answered, false);
    world.goOn();
    const { status, headers, body } = await waiting;
    assert.deepEqual([status, body['count'], headers.get('x-telemetry-revision')], [200, 2, String(revision)]);
  });

  it('min_revision that does not come is 503 with Retry-After', async () => {
    const { status, headers, body } = await gateway.get(`/api/v1/gpus?min_revision=${world.revision + 5n}`);
    assert.equal(status, 503);
    assert.ok(Number(headers.get('retry-after')) > 0);
    assert.equal(body['success'], false);
  });

  it('L6: a partition that a damaged segment has stopped is left out of the revision and named', async () => {
    world.appendDamaged(2);
    const revision = world.append([row('GPU-b', second(36), 1)]);
    const { status, headers } = await gateway.get(`/api/v1/gpus?min_revision=${revision}`);
    assert.equal(status, 200);
    assert.equal(headers.get('x-telemetry-revision'), String(revision));
    assert.equal(headers.get('x-telemetry-stopped-partitions'), '2');
    const health = await gateway.get('/health');
    assert.deepEqual([health.status, health.body['status']], [200, 'degraded']);
  });
});
