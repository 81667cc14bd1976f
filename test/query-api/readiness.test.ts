import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { type Partition } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type MaintenanceReport } from '../../domain/maintenance-report.js';
import { type Revision } from '../../domain/revision.js';
import { openAccess } from '../../query-api/gateway-options.js';
import { serveGateway } from '../../query-api/serve-gateway.js';
import { projectionNames } from '../../domain/generation.js';
import { eventually } from '../support/eventually.js';
import { startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

/** The status of an answer over a connection that is kept. */
const asked = (origin: string, path: string, agent: Agent): Promise<number> =>
  new Promise((resolve, reject) => {
    request(`${origin}${path}`, { agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode!));
    })
      .on('error', reject)
      .end();
  });

const statusLimits = { staleAfter: 1n, missingAfter: 2n };

describe('readiness', () => {
  it('Q1: is alive but not ready before the first sync, and answers nothing from half a model', async () => {
    const world = new World();
    const stopping = new AbortController();
    let give: (identity: typeof world.identity) => void = () => undefined;
    const identity = new Promise<typeof world.identity>((resolve) => (give = resolve));
    let origin = '';
    let ready = false;
    const finished = serveGateway(
      { port: 0, listen: '127.0.0.1', statusLimits, access: openAccess },
      world.ports(),
      () => identity,
      { onListening: (at) => (origin = at), onReady: () => (ready = true), onError: assert.fail },
      stopping.signal,
    );
    await eventually('it listens', () => origin !== '');
    assert.equal((await fetch(`${origin}/livez`)).status, 200);
    assert.equal((await fetch(`${origin}/readyz`)).status, 503);
    assert.equal((await fetch(`${origin}/health`)).status, 503);
    const early = await fetch(`${origin}/api/v1/gpus`);
    assert.equal(early.status, 503);
    assert.ok(early.headers.get('retry-after'));
    assert.match(early.headers.get('content-type') ?? '', /problem\+json/);
    give(world.identity);
    await eventually('it is ready', () => ready);
    assert.equal((await fetch(`${origin}/readyz`)).status, 200);
    assert.equal((await fetch(`${origin}/api/v1/gpus`)).status, 200);
    stopping.abort();
    await finished;
  });

  it('Q1: is not ready when etcd has been silent for more than 10 s, while reads go on and are marked as old', async () => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    const gateway = await startGateway(world);
    world.lastAnswer = '2025-07-18T20:42:00Z';
    world.now = '2025-07-18T20:42:10Z';
    assert.equal((await gateway.get('/readyz')).status, 200);
    world.now = '2025-07-18T20:42:10.001Z';
    assert.equal((await gateway.get('/readyz')).status, 503);
    const health = await gateway.get('/health');
    assert.deepEqual([health.status, health.body['status']], [503, 'unhealthy']);
    const gpus = await gateway.get('/api/v1/gpus');
    assert.deepEqual([gpus.status, gpus.body['count']], [200, 1]);
    assert.equal(gpus.headers.get('x-telemetry-old-since'), '2025-07-18T20:42:00Z');
    assert.match(gpus.headers.get('warning') ?? '', /^110 /);
    world.lastAnswer = undefined;
    assert.equal((await gateway.get('/readyz')).status, 200);
    assert.equal((await gateway.get('/api/v1/gpus')).headers.get('x-telemetry-old-since'), null);
    await gateway.stop();
  });

  it('/health tells its checks and the revision', async () => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    const gateway = await startGateway(world);
    const { body } = await gateway.get('/health');
    assert.equal(body['status'], 'healthy');
    assert.equal(body['revision'], String(world.revision));
    assert.deepEqual(Object.keys(body['checks'] as object).sort(), [
      'etcd',
      'log',
      'models',
      'process',
      'retention',
      'space',
    ]);
    await gateway.stop();
  });

  it('R6: /health names who keeps the log from being trimmed, and is degraded when that is larger than it may be', async () => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    const gateway = await startGateway(world);
    const check = async () => {
      const { body } = await gateway.get('/health');
      const { status, detail } = (body['checks'] as Record<string, { status: string; detail: string }>)['retention']!;
      return [body['status'], status, detail];
    };
    assert.deepEqual((await check()).slice(0, 2), ['healthy', 'ok']);
    const keeper = { kind: 'generation', projection: 'gpu', generation: 3 } as const;
    const held = { keeper, from: 88n as Revision, partitions: [0, 1] as Partition[], segments: 12, bytes: 5 };
    const report = (bytes: number): MaintenanceReport => ({
      ...{ at: 0n as Instant, holder: 'collector-1', models: [] },
      log: {
        ...{ bytes, allowed_bytes: 2 ** 20, oldest: null, newest: null, trimmed_segments: 0, trimmed_events: 0 },
        held_back: [held],
      },
    });
    world.retention = report(1);
    const said = '12 segments of 2 partitions stay: generation 3 of gpu has not folded them, from revision 88 on.';
    assert.deepEqual(await check(), ['healthy', 'ok', `0.0 MiB of the log are kept, of at most 1.0 MiB. ${said}`]);
    world.retention = report(2 ** 21);
    assert.deepEqual(await check(), [
      'degraded',
      'degraded',
      `2.0 MiB of the log are kept, of at most 1.0 MiB. ${said}`,
    ]);
    await gateway.stop();
  });

  it('/metrics tells Prometheus how it is', async () => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    const gateway = await startGateway(world);
    await gateway.get('/api/v1/gpus/GPU-a');
    const response = await fetch(`${gateway.origin}/metrics`);
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain/);
    const text = await response.text();
    assert.match(text, /^telemetry_gateway_ready 1$/m);
    assert.match(text, new RegExp(`^telemetry_gateway_revision ${world.revision}$`, 'm'));
    assert.match(
      text,
      /^telemetry_http_requests_total\{method="GET",route="\/api\/v1\/gpus\/:uuid",status="200"\} 1$/m,
    );
    await gateway.stop();
  });

  it('is not ready first when it stops, then lets what is in flight finish', async () => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const ports = world.ports();
    const gateway = await startGateway(world, {
      ...ports,
      projections: async (signal) => {
        await held;
        return ports.projections(signal);
      },
    });
    const agent = new Agent({ keepAlive: true });
    const slow = gateway.get('/api/v1/projections');
    const kept = await asked(gateway.origin, '/livez', agent);
    assert.equal(kept, 200);
    const stopped = gateway.stop();
    const statuses: number[] = [];
    await eventually('a connection that is open is told', async () => {
      statuses.push(await asked(gateway.origin, '/readyz', agent).catch(() => 0));
      return statuses.at(-1) !== 200;
    });
    release();
    const { status, body } = await slow;
    assert.deepEqual([status, body['count']], [200, projectionNames.length]);
    await stopped;
    agent.destroy();
  });

  it('stops while a client holds its connection open, and lets a request in flight finish', async () => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    const gateway = await startGateway(world);
    const { hostname, port } = new URL(gateway.origin);
    const held = request({ hostname, port, path: '/livez', agent: false, headers: { Connection: 'keep-alive' } });
    held.on('error', () => undefined).end();
    world.held = true;
    const revision = world.append([{ uuid: 'GPU-b', at: '2025-07-18T20:42:35Z' }]);
    const inFlight = gateway.get(`/api/v1/gpus?min_revision=${revision}`);
    await gateway.get('/livez');
    const stopped = gateway.stop();
    const { status } = await inFlight;
    assert.ok(status === 200 || status === 503, String(status));
    await stopped;
    await assert.rejects(fetch(`${gateway.origin}/livez`));
    held.destroy();
  });
});
