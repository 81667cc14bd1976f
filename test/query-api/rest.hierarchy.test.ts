import assert from 'node:assert/strict';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { type Row } from './support/made-rows.js';
import { World } from './support/world.js';

const power = 'DCGM_FI_DEV_POWER_USAGE';
const used = 'DCGM_FI_DEV_FB_USED';
const row = (uuid: string, at: string, value: number, more: Partial<Row> = {}): Row => ({ uuid, at, value, ...more });
const T = (time: string) => `2025-07-18T20:${time}Z`;

type Json = Record<string, unknown>;

interface Point {
  readonly start: string;
  readonly metrics: Record<string, unknown>;
}

describe('clusters, hosts and their GPUs', () => {
  const world = new World();
  let gateway: RunningGateway;
  const one = async (path: string) => (await gateway.get(path)).body['data'] as Record<string, unknown>;

  before(async () => {
    // Twenty active GPUs with 1 to 20 W on h1 and h2, one stale on h2, one missing on h3.
    const active = Array.from({ length: 20 }, (_, n) =>
      row(`GPU-${String(n + 1).padStart(2, '0')}`, T('42:34'), n + 1, {
        host: n < 12 ? 'h1' : 'h2',
        index: String(n < 12 ? n : n - 12),
        metric: power,
      }),
    );
    world.append([
      row('GPU-90', T('30:00'), 500, { host: 'h2', index: '30', metric: power }),
      row('GPU-91', T('41:10'), 7, { host: 'h2', index: '9', metric: used }),
      row('GPU-99', '2025-07-18T19:00:00Z', 900, { host: 'h3', metric: power }),
    ]);
    world.append([row('GPU-01', T('41:59'), 33, { host: 'h1', metric: power })]);
    world.append([...active, row('GPU-01', T('42:33'), 3, { host: 'h1', metric: used })]);
    world.append([row('GPU-80', T('42:35'), 5, { host: 'h1', index: '4' })], { cluster: 'c2' });
    world.now = T('42:40');
    gateway = await startGateway(world);
    const { status } = await gateway.get(`/api/v1/gpus?min_revision=${world.revision}`);
    assert.equal(status, 200);
  });
  after(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  it('lists clusters with their counts and watermark', async () => {
    assert.deepEqual(await gateway.items('/api/v1/clusters'), [
      {
        id: 'c1',
        name: 'c1',
        status: 'active',
        host_count: 3,
        gpu_count: 23,
        active_gpu_count: 21,
        watermark: T('42:34'),
      },
      {
        id: 'c2',
        name: 'c2',
        status: 'active',
        host_count: 1,
        gpu_count: 1,
        active_gpu_count: 1,
        watermark: T('42:35'),
      },
    ]);
    assert.deepEqual((await one('/api/v1/clusters/c2'))['gpu_count'], 1);
    assert.equal((await gateway.get('/api/v1/clusters/nowhere')).status, 404);
  });

  it('computes statistics of active GPUs: p95 by nearest rank, null where there is none', async () => {
    const stats = await one('/api/v1/clusters/c1/stats');
    assert.deepEqual(stats['gpus_by_status'], { active: 21, stale: 1, missing: 1 });
    const metrics = stats['metrics'] as Record<string, unknown>;
    assert.deepEqual(metrics['power_draw'], { unit: 'W', samples: 20, min: 1, mean: 10.5, max: 20, p95: 19 });
    assert.deepEqual(metrics['temperature'], { unit: '°C', samples: 0, min: null, mean: null, max: null, p95: null });
    assert.deepEqual(stats['totals'], { power_draw: 210, memory_used_mb: 10, memory_free_mb: null });
    const all = await one('/api/v1/clusters/c1/stats?include=stale');
    assert.deepEqual((all['metrics'] as Record<string, Record<string, unknown>>)['power_draw']?.['max'], 900);
    assert.equal(stats['course'], undefined);
  });

  it('gives the course of a cluster over time in steps of minutes', async () => {
    const { course } = (await one('/api/v1/clusters/c1/stats?step=1m')) as { course: Point[] };
    assert.deepEqual(
      course.map(({ start, metrics }) => [start, metrics['power_draw']]),
      [
        ['2025-07-18T19:00:00Z', { unit: 'W', samples: 1, mean: 900, min: 900, max: 900 }],
        [T('30:00'), { unit: 'W', samples: 1, mean: 500, min: 500, max: 500 }],
        [T('41:00'), { unit: 'W', samples: 1, mean: 33, min: 33, max: 33 }],
        [T('42:00'), { unit: 'W', samples: 20, mean: 10.5, min: 1, max: 20 }],
      ],
    );
    const hourly = (await one('/api/v1/clusters/c1/stats?step=1h')) as { course: Point[] };
    assert.deepEqual(
      hourly.course.map(({ start }) => start),
      ['2025-07-18T19:00:00Z', '2025-07-18T20:00:00Z'],
    );
    assert.equal((await gateway.get('/api/v1/clusters/c1/stats?step=30s')).status, 400);
  });

  it('lists hosts with their counts and their last minute', async () => {
    const hosts = await gateway.items('/api/v1/clusters/c1/hosts');
    assert.deepEqual(
      hosts.map(({ id, hostname, cluster_id, status, gpu_count, active_gpu_count, last_seen }) => [
        ...[id, hostname, cluster_id, status, gpu_count, active_gpu_count, last_seen],
      ]),
      [
        ['h1', 'h1', 'c1', 'active', 12, 12, T('42:34')],
        ['h2', 'h2', 'c1', 'active', 10, 9, T('42:34')],
        ['h3', 'h3', 'c1', 'missing', 1, 0, '2025-07-18T19:00:00Z'],
      ],
    );
    assert.deepEqual(hosts[0]?.['metrics'], {
      memory_used_mb: { unit: 'MiB', samples: 1, mean: 3, min: 3, max: 3 },
      power_draw: { unit: 'W', samples: 12, mean: 6.5, min: 1, max: 12 },
    });
    assert.deepEqual(await one('/api/v1/clusters/c1/hosts/h1'), hosts[0]);
    const everywhere = await gateway.items('/api/v1/hosts');
    assert.deepEqual(
      everywhere.map(({ cluster_id, hostname }) => `${String(cluster_id)}/${String(hostname)}`),
      ['c1/h1', 'c1/h2', 'c1/h3', 'c2/h1'],
    );
    assert.equal((await gateway.get('/api/v1/clusters/c1/hosts/h9')).status, 404);
    assert.equal((await gateway.get('/api/v1/clusters/c9/hosts')).status, 404);
  });

  it('lists hosts in pages', async () => {
    const names: unknown[] = [];
    for (let path = '/api/v1/hosts?limit=1'; ;) {
      const { body } = await gateway.get(path);
      names.push(...(body['data'] as Record<string, unknown>[]).map(({ cluster_id, id }) => [cluster_id, id]));
      assert.equal(body['total'], 4);
      if (typeof body['next_cursor'] !== 'string') break;
      path = `/api/v1/hosts?limit=1&cursor=${body['next_cursor']}`;
    }
    assert.deepEqual(names, [
      ['c1', 'h1'],
      ['c1', 'h2'],
      ['c1', 'h3'],
      ['c2', 'h1'],
    ]);
  });

  it('serves one hostname in two clusters apart and together', async () => {
    assert.equal((await gateway.items('/api/v1/clusters/c1/hosts/h1/gpus')).length, 12);
    assert.deepEqual(
      (await gateway.items('/api/v1/clusters/c2/hosts/h1/gpus')).map(({ uuid }) => uuid),
      ['GPU-80'],
    );
    assert.equal((await gateway.items('/api/v1/hosts/h1/gpus')).length, 13);
    assert.equal((await gateway.items('/api/v1/hosts/h1/gpus?cluster_id=c2')).length, 1);
    assert.equal((await gateway.get('/api/v1/hosts/h9/gpus')).status, 404);
  });

  it('finds a GPU of a host by UUID and by index, which is the device of that index seen last', async () => {
    assert.equal((await one('/api/v1/clusters/c1/hosts/h1/gpus/GPU-03'))['id'], '2');
    assert.equal((await one('/api/v1/clusters/c1/hosts/h1/gpus/2'))['uuid'], 'GPU-03');
    world.append([row('GPU-03b', T('42:36'), 1, { host: 'h1', index: '2' })]);
    await gateway.get(`/api/v1/gpus?min_revision=${world.revision}`);
    assert.equal((await one('/api/v1/clusters/c1/hosts/h1/gpus/2'))['uuid'], 'GPU-03b');
    assert.deepEqual(await one('/api/v1/clusters/c1/hosts/h1/gpus/GPU-03/metrics'), {
      power_draw: { value: 3, unit: 'W', timestamp: T('42:34') },
    });
    assert.equal((await gateway.get('/api/v1/clusters/c1/hosts/h1/gpus/77')).status, 404);
    assert.equal((await gateway.get('/api/v1/clusters/c1/hosts/h2/gpus/GPU-03')).status, 404);
  });

  it('gives one latest record for each GPU with the last known value of every metric', async () => {
    const latest = await gateway.items('/api/v1/telemetry/latest');
    assert.equal(latest.length, 25);
    const first = latest.find(({ uuid }) => uuid === 'GPU-01');
    assert.equal(first?.['timestamp'], T('42:34'));
    assert.equal(first?.['telemetry_id'], 'h1_0_1752871354');
    assert.deepEqual([first?.['power_draw'], first?.['memory_used_mb'], first?.['temperature']], [1, 3, null]);
    assert.deepEqual(first?.['observed_at'], { power_draw: T('42:34'), memory_used_mb: T('42:33') });
    const only = await gateway.items('/api/v1/telemetry/latest?gpu_uuid=GPU-01&metrics=memory_used_mb');
    assert.deepEqual(
      only.map(({ timestamp, memory_used_mb, observed_at, power_draw }) => [
        ...[timestamp, memory_used_mb, observed_at, power_draw],
      ]),
      [[T('42:33'), 3, { memory_used_mb: T('42:33') }, undefined]],
    );
  });
});

describe('statistics of values near the greatest', () => {
  it('P4: are numbers where sums are beyond what a number holds', async () => {
    const [most, at] = [1.7e308, T('42:34')];
    const world = new World();
    world.append(['GPU-1', 'GPU-2'].map((uuid, n) => row(uuid, at, most, { index: String(n), metric: power })));
    const gateway = await startGateway(world);
    try {
      const { body } = await gateway.get('/api/v1/clusters/c1/stats?step=1m');
      const { totals, metrics, course } = body['data'] as {
        totals: Json;
        metrics: Record<string, Json>;
        course: Point[];
      };
      assert.equal(totals['power_draw'], Number.MAX_VALUE);
      assert.equal(metrics['power_draw']!['mean'], Number.MAX_VALUE / 2);
      assert.equal((course[0]!.metrics['power_draw'] as Json)['mean'], Number.MAX_VALUE / 2);
      assert.deepEqual(
        (await gateway.items('/api/v1/telemetry?step=1m&agg=avg')).map(({ power_draw: value }) => value),
        [most, most],
      );
    } finally {
      await gateway.stop();
    }
  });
});
