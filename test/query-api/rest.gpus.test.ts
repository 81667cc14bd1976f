import assert from 'node:assert/strict';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { type Row } from './support/made-rows.js';
import { World } from './support/world.js';

const util = (uuid: string, at: string, more: Partial<Row> = {}): Row => ({ uuid, at, value: 50, ...more });

const idsOf = (items: readonly Record<string, unknown>[]) => items.map(({ uuid }) => uuid);

describe('GET /api/v1/gpus', () => {
  let world: World;
  let gateway: RunningGateway;

  beforeEach(async () => {
    world = new World();
    gateway = await startGateway(world);
  });
  afterEach(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  const settled = () => gateway.get(`/api/v1/gpus?min_revision=${world.revision}`);

  it('gives every GPU with the fields of the contract, in its envelope', async () => {
    world.append([util('GPU-a', '2025-07-18T20:42:34.5Z', { host: 'h1', index: '3', model: 'H100' })]);
    const { status, headers, body } = await settled();
    assert.equal(status, 200);
    assert.deepEqual(body, {
      success: true,
      count: 1,
      total: 1,
      data: [
        {
          id: '3',
          uuid: 'GPU-a',
          hostname: 'h1',
          name: 'H100',
          device: 'nvidia3',
          status: 'active',
          cluster_id: 'c1',
          last_seen: '2025-07-18T20:42:34.5Z',
        },
      ],
    });
    assert.equal(headers.get('x-telemetry-revision'), String(world.revision));
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
  });

  it('orders by cluster, hostname, index as a number, uuid', async () => {
    world.append(
      [
        util('GPU-4', '2025-07-18T20:42:34Z', { host: 'h2', index: '0' }),
        util('GPU-3', '2025-07-18T20:42:34Z', { host: 'h1', index: '10' }),
        util('GPU-2', '2025-07-18T20:42:34Z', { host: 'h1', index: '9' }),
      ],
      { cluster: 'b' },
    );
    world.append([util('GPU-1', '2025-07-18T20:42:34Z', { host: 'z', index: '7' })], { cluster: 'a' });
    const { body } = await settled();
    assert.deepEqual(idsOf(body['data'] as never), ['GPU-1', 'GPU-2', 'GPU-3', 'GPU-4']);
  });

  it('filters by cluster, hostname and status, under either name', async () => {
    world.append([
      util('GPU-1', '2025-07-18T20:42:34Z', { host: 'h1' }),
      util('GPU-2', '2025-07-18T20:42:34Z', { host: 'h2' }),
      util('GPU-3', '2025-07-18T20:30:00Z', { host: 'h2', index: '1' }),
    ]);
    world.append([util('GPU-4', '2025-07-18T20:42:34Z', { host: 'h1' })], { cluster: 'c2' });
    await settled();
    assert.deepEqual(idsOf(await gateway.items('/api/v1/gpus?cluster_id=c2')), ['GPU-4']);
    assert.deepEqual(idsOf(await gateway.items('/api/v1/gpus?cluster=c2')), ['GPU-4']);
    assert.deepEqual(idsOf(await gateway.items('/api/v1/gpus?hostname=h1')), ['GPU-1', 'GPU-4']);
    assert.deepEqual(idsOf(await gateway.items('/api/v1/gpus?host=h2&cluster=c1')), ['GPU-2', 'GPU-3']);
    assert.deepEqual(idsOf(await gateway.items('/api/v1/gpus?status=stale')), ['GPU-3']);
    assert.deepEqual(idsOf(await gateway.items('/api/v1/gpus?status=missing')), []);
    assert.deepEqual(idsOf(await gateway.items('/api/v1/gpus?hostname=nowhere')), []);
  });

  it('grows old with the clock: active, then stale, then missing', async () => {
    world.append([util('GPU-1', '2025-07-18T20:42:34Z')], { appended: '2026-01-01T00:00:00Z' });
    await settled();
    const status = async (now: string) => {
      world.now = now;
      return (await gateway.items('/api/v1/gpus'))[0]?.['status'];
    };
    assert.equal(await status('2026-01-01T00:04:59.999Z'), 'active');
    assert.equal(await status('2026-01-01T00:05:00Z'), 'stale');
    assert.equal(await status('2026-01-01T00:59:59Z'), 'stale');
    assert.equal(await status('2026-01-01T01:00:00Z'), 'missing');
  });

  it('a row from the future does not make the others old', async () => {
    world.append([util('GPU-1', '2025-07-18T20:42:34Z')], { appended: '2025-07-18T20:42:35Z' });
    world.append([util('GPU-2', '2099-01-01T00:00:00Z', { index: '1' })], { appended: '2025-07-18T20:42:36Z' });
    world.now = '2025-07-18T20:42:40Z';
    await settled();
    const gpus = await gateway.items('/api/v1/gpus');
    assert.deepEqual(
      gpus.map(({ status, last_seen }) => [status, last_seen]),
      [
        ['active', '2025-07-18T20:42:34Z'],
        ['active', '2025-07-18T20:42:36Z'],
      ],
    );
  });

  it('a GPU that moved is where it was observed last', async () => {
    world.append([util('GPU-1', '2025-07-18T20:42:34Z', { host: 'old' })]);
    world.append([util('GPU-1', '2025-07-18T20:42:36Z', { host: 'new', index: '5' })]);
    world.append([util('GPU-1', '2025-07-18T20:42:35Z', { host: 'late' })]);
    await settled();
    const gpus = await gateway.items('/api/v1/gpus');
    assert.deepEqual(
      gpus.map(({ hostname, id }) => [hostname, id]),
      [['new', '5']],
    );
    assert.deepEqual(idsOf(await gateway.items('/api/v1/gpus?hostname=old')), []);
    const { body } = await gateway.get('/api/v1/gpus/GPU-1');
    assert.equal((body['data'] as Record<string, unknown>)['hostname'], 'new');
  });

  it('a GPU of two hosts at one time is where its later event was, whatever else happens on the other', async () => {
    const hostOfGpu = async () =>
      (await gateway.items('/api/v1/gpus')).find(({ uuid }) => uuid === 'GPU-1')?.['hostname'];
    world.append([util('GPU-1', '2025-07-18T20:42:34Z', { host: 'old' })]);
    world.append([util('GPU-1', '2025-07-18T20:42:34Z', { host: 'new' })]);
    await settled();
    assert.equal(await hostOfGpu(), 'new');
    world.append([util('GPU-2', '2025-07-18T20:42:36Z', { host: 'old', index: '1' })]);
    await settled();
    assert.equal(await hostOfGpu(), 'new');
  });

  it('two GPUs that had the same index are both there', async () => {
    world.append([util('GPU-1', '2025-07-18T20:42:34Z'), util('GPU-2', '2025-07-18T20:42:35Z')]);
    await settled();
    assert.deepEqual(idsOf(await gateway.items('/api/v1/gpus')), ['GPU-1', 'GPU-2']);
  });

  it('Q2: a page walk shows what existed at its start once, and nothing that arrives behind it', async () => {
    world.append([1, 3, 5, 7].map((n) => util(`GPU-${n}`, '2025-07-18T20:42:34Z', { index: String(n) })));
    await settled();
    const first = await gateway.get('/api/v1/gpus?limit=2');
    assert.equal(first.body['total'], 4);
    assert.equal(first.body['count'], 2);
    world.append([0, 6].map((n) => util(`GPU-${n}`, '2025-07-18T20:42:34Z', { index: String(n) })));
    const second = await gateway.get(
      `/api/v1/gpus?limit=3&min_revision=${world.revision}&cursor=${String(first.body['next_cursor'])}`,
    );
    assert.deepEqual(idsOf(first.body['data'] as never), ['GPU-1', 'GPU-3']);
    assert.deepEqual(idsOf(second.body['data'] as never), ['GPU-5', 'GPU-6', 'GPU-7']);
    assert.equal(second.body['next_cursor'], undefined);
  });

  it('Q3: refuses every bad parameter at once, each by name', async () => {
    const { status, headers, body } = await gateway.get(
      '/api/v1/gpus?status=fine&limit=0&cursor=!&colour=red&hostname=a&hostname=b&min_revision=-1',
    );
    assert.equal(status, 400);
    assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.equal(body['success'], false);
    assert.equal(body['status'], 400);
    const errors = body['errors'] as { parameter: string; value: string; accepted: string }[];
    assert.deepEqual(errors.map(({ parameter, value }) => [parameter, value]).sort(), [
      ['colour', 'red'],
      ['cursor', '!'],
      ['hostname', 'a and b'],
      ['limit', '0'],
      ['min_revision', '-1'],
      ['status', 'fine'],
    ]);
    for (const { accepted } of errors) assert.notEqual(accepted, '');
  });

  it('refuses a cursor of another list, and one of another log as expired', async () => {
    world.append([1, 2].map((n) => util(`GPU-${n}`, '2025-07-18T20:42:34Z', { index: String(n) })));
    await settled();
    const cursor = String((await gateway.get('/api/v1/gpus?limit=1')).body['next_cursor']);
    const other = await gateway.get(`/api/v1/gpus?limit=1&hostname=host-1&cursor=${cursor}`);
    assert.deepEqual([other.status, other.body['type']], [400, 'urn:telemetry:problem:bad-parameter']);
    const content = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as object;
    const old = Buffer.from(JSON.stringify({ ...content, epoch: 7 })).toString('base64url');
    const expired = await gateway.get(`/api/v1/gpus?limit=1&cursor=${old}`);
    assert.deepEqual([expired.status, expired.body['type']], [400, 'urn:telemetry:problem:cursor_expired']);
  });

  it('Q3: refuses a cursor to which something was added, whatever base64 makes of that', async () => {
    world.append([1, 2].map((n) => util(`GPU-${n}`, '2025-07-18T20:42:34Z', { index: String(n) })));
    await settled();
    const cursor = String((await gateway.get('/api/v1/gpus?limit=1')).body['next_cursor']);
    const spaced = Buffer.from(`${Buffer.from(cursor, 'base64url').toString()} `).toString('base64url');
    for (const other of [`${cursor}A`, `${cursor}AA`, `${cursor}_`, spaced]) {
      const { status, body } = await gateway.get(`/api/v1/gpus?limit=1&cursor=${other}`);
      assert.deepEqual([status, body['code']], [400, 'bad-parameter'], other);
    }
  });

  it('answers 405 with Allow, 404 for unknown paths, and 304 to a client that has it', async () => {
    const post = await gateway.get('/api/v1/gpus', { method: 'POST', body: '{}' });
    assert.equal(post.status, 405);
    assert.match(post.headers.get('allow') ?? '', /\bGET\b/);
    assert.equal(post.body['success'], false);
    assert.equal((await gateway.get('/api/v1/nothing')).status, 404);
    assert.equal((await gateway.get('/nothing')).status, 404);
    const plain = await gateway.get('/ws');
    assert.equal(plain.status, 426);
    assert.equal(plain.headers.get('upgrade'), 'websocket');
    assert.match(String(plain.body['detail']), /\/ws speaks WebSocket/);
    const first = await gateway.get('/api/v1/gpus');
    const again = await gateway.get('/api/v1/gpus', { headers: { 'If-None-Match': first.headers.get('etag') ?? '' } });
    assert.equal(again.status, 304);
    assert.equal(first.headers.get('cache-control'), 'no-cache');
    const head = await gateway.get('/api/v1/gpus', { method: 'HEAD' });
    assert.equal(head.status, 200);
  });
});

describe('GET /api/v1/gpus/{uuid}', () => {
  const world = new World();
  let gateway: RunningGateway;

  before(async () => {
    const mig = { labels: 'GPU_I_ID="7",GPU_I_PROFILE="1g.10gb",job="dcgm"', index: '2' };
    world.append([
      util('GPU-a', '2025-07-18T20:42:34Z', { value: 0, pod: 'p', namespace: 'n', container: 'c' }),
      util('GPU-a', '2025-07-18T20:42:35Z', { metric: 'DCGM_FI_DEV_XID_ERRORS', value: 3, pod: 'p' }),
      util('GPU-a', '2025-07-18T20:42:36Z', { metric: 'DCGM_FI_DEV_POWER_USAGE', value: 73.136, pod: 'p' }),
      util('GPU-b', '2025-07-18T20:42:34Z', mig),
    ]);
    gateway = await startGateway(world);
  });
  after(() => gateway.stop());

  it('P4: gives every metric that was sampled with its unit and its own time, and no other', async () => {
    const { status, body } = await gateway.get('/api/v1/gpus/GPU-a');
    assert.equal(status, 200);
    assert.equal(body['count'], 1);
    const gpu = body['data'] as Record<string, unknown>;
    assert.deepEqual(gpu['metrics'], {
      gpu_utilization: { value: 0, unit: '%', timestamp: '2025-07-18T20:42:34Z' },
      power_draw: { value: 73.136, unit: 'W', timestamp: '2025-07-18T20:42:36Z' },
      DCGM_FI_DEV_XID_ERRORS: { value: 3, unit: null, timestamp: '2025-07-18T20:42:35Z' },
    });
    assert.deepEqual(gpu['labels'], { job: 'dcgm' });
    assert.equal(gpu['first_seen'], '2025-07-18T20:42:34Z');
    assert.equal(gpu['last_seen'], '2025-07-18T20:42:36Z');
    assert.deepEqual(gpu['held_by'], { container: '', pod: 'p', namespace: '', since: '2025-07-18T20:42:35Z' });
  });

  it('serves a MIG instance under its own address, encoded or not', async () => {
    for (const address of ['GPU-b:7', 'GPU-b%3A7']) {
      const { status, body } = await gateway.get(`/api/v1/gpus/${address}`);
      assert.equal(status, 200, address);
      const gpu = body['data'] as Record<string, unknown>;
      assert.deepEqual([gpu['uuid'], gpu['parent_uuid'], gpu['mig_profile']], ['GPU-b:7', 'GPU-b', '1g.10gb']);
      assert.equal(gpu['held_by'], null);
    }
  });

  it('answers 404 for a GPU that was never seen, however it is written', async () => {
    for (const address of ['GPU-x', 'GPU-b', '%E0%A4', 'a%2Fb', '%00', '..%2f..', 'x'.repeat(300)]) {
      const { status, body } = await gateway.get(`/api/v1/gpus/${address}`);
      assert.ok(status === 404 || (address.length > 255 && status === 400), `${address}: ${status}`);
      assert.equal(body['success'], false);
    }
    assert.deepEqual(gateway.errors, []);
  });
});
