import assert from 'node:assert/strict';
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { PreparedBody } from '../../query-api/http/prepared-body.js';
import { buildFleet } from '../../query-api/model/build-fleet.js';
import { type ClusterView, type HostView } from '../../query-api/model/host-view.js';
import { selectHosts } from '../../query-api/queries/hosts.js';
import { AnswerCache } from '../../query-api/rest/answer-cache.js';
import { type Revision } from '../../domain/revision.js';
import { at } from './support/made-rows.js';
import { startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

const minutes = (count: bigint): bigint => count * 60_000_000_000n;
const limits = { staleAfter: minutes(5n), missingAfter: minutes(60n) };

/** One host, last seen a minute before the newest of its cluster, which was appended at noon. */
const fleet = () =>
  buildFleet({
    revision: 7n as Revision,
    devices: [],
    hosts: [
      {
        cluster: 'c1',
        hostname: 'h1',
        lastSeen: at('2025-01-01T00:00:00Z'),
        lastMinute: new Map(),
      } as unknown as HostView,
    ],
    clusters: [
      {
        cluster: 'c1',
        watermark: at('2025-01-01T00:01:00Z'),
        watermarkAppended: at('2026-01-01T12:00:00Z'),
        minutes: () => [],
      } as unknown as ClusterView,
    ],
    health: undefined,
  });

describe('answers that are kept', () => {
  it('are given again until a status changes by the clock, and only of the same state of the models', () => {
    const [cache, models] = [new AnswerCache(), fleet()];
    const clock = (time: string) => ({ now: at(time), ...limits });
    const body = new PreparedBody('{}');
    cache.keep(models, clock('2026-01-01T12:00:30Z'), 'hosts', body);
    assert.equal(cache.get(models, clock('2026-01-01T12:03:59.999999999Z'), 'hosts'), body);
    // The host turns stale four minutes after noon, having been seen a minute before the watermark.
    assert.equal(cache.get(models, clock('2026-01-01T12:04:00Z'), 'hosts'), undefined);
    assert.equal(cache.get(models, clock('2026-01-01T12:00:29Z'), 'hosts'), undefined, 'the clock was set back');
    assert.equal(cache.get(models, clock('2026-01-01T12:00:30Z'), 'gpus'), undefined);
    assert.equal(cache.get(fleet(), clock('2026-01-01T12:00:30Z'), 'hosts'), undefined);
    cache.keep(models, clock('2026-01-01T12:04:00Z'), 'hosts', body);
    assert.equal(cache.get(models, clock('2026-01-01T12:04:59Z'), 'hosts'), body);
    assert.equal(cache.get(models, clock('2026-01-01T12:05:00Z'), 'hosts'), undefined, 'the cluster turns stale');
    cache.keep(models, clock('2026-01-01T14:00:00Z'), 'hosts', body);
    assert.equal(cache.get(models, clock('2027-01-01T00:00:00Z'), 'hosts'), body, 'nothing changes any more');
  });

  it('Q1: do not outlive the moment when data without a watermark turns stale', () => {
    const { hosts } = fleet();
    const models = buildFleet({ revision: 7n as Revision, devices: [], hosts, clusters: [], health: undefined });
    const statusAt = (time: string) => selectHosts(models, {}, { now: at(time), ...limits })[0]!.status;
    assert.deepEqual(['2025-01-01T00:04:59Z', '2025-01-01T00:05:00Z', '2025-01-01T01:00:00Z'].map(statusAt), [
      'active',
      'stale',
      'missing',
    ]);
    const cache = new AnswerCache();
    cache.keep(models, { now: at('2025-01-01T00:04:00Z'), ...limits }, 'hosts', new PreparedBody('{}'));
    assert.ok(cache.get(models, { now: at('2025-01-01T00:04:59Z'), ...limits }, 'hosts'));
    assert.equal(cache.get(models, { now: at('2025-01-01T00:05:00Z'), ...limits }, 'hosts'), undefined);
  });

  it('are bounded together with what was asked for them', () => {
    const [cache, models] = [new AnswerCache(1_000), fleet()];
    const clock = { now: at('2026-01-01T12:00:30Z'), ...limits };
    cache.keep(models, clock, 'q'.repeat(600), new PreparedBody('{}'));
    assert.equal(cache.get(models, clock, 'q'.repeat(600)), undefined);
    cache.keep(models, clock, 'q'.repeat(400), new PreparedBody('{}'));
    assert.ok(cache.get(models, clock, 'q'.repeat(400)));
  });

  it('are sent as they were, compressed to who takes it, and not at all to who has them', async () => {
    const world = new World();
    world.append(
      Array.from({ length: 40 }, (_, g) => ({ uuid: `GPU-${g}`, index: String(g), at: '2025-07-18T20:42:34Z' })),
    );
    const gateway = await startGateway(world);
    const raw = (headers: Record<string, string>) =>
      new Promise<{ status: number; headers: Record<string, unknown>; bytes: Buffer }>((resolve, reject) => {
        const asked = request(`${gateway.origin}/api/v1/gpus`, { headers }, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () =>
            resolve({ status: response.statusCode!, headers: response.headers, bytes: Buffer.concat(parts) }),
          );
        });
        asked.on('error', reject).end();
      });
    const plain = await raw({});
    const zipped = await raw({ 'Accept-Encoding': 'gzip, br' });
    assert.deepEqual([plain.headers['content-encoding'], zipped.headers['content-encoding']], [undefined, 'gzip']);
    assert.match(String(zipped.headers['vary']), /accept-encoding/i);
    assert.ok(zipped.bytes.length < plain.bytes.length / 2);
    assert.deepEqual(gunzipSync(zipped.bytes), plain.bytes);
    assert.equal(zipped.headers['etag'], plain.headers['etag']);
    const etag = String(plain.headers['etag']);
    const again = await raw({ 'If-None-Match': etag, 'Accept-Encoding': 'gzip' });
    assert.deepEqual([again.status, again.bytes.length, again.headers['etag']], [304, 0, etag]);
    world.append([{ uuid: 'GPU-new', index: '99', at: '2025-07-18T20:42:35Z' }]);
    await gateway.get(`/api/v1/gpus?min_revision=${world.revision}`);
    const changed = await raw({ 'If-None-Match': etag });
    assert.equal(changed.status, 200);
    assert.equal((JSON.parse(changed.bytes.toString()) as { count: number }).count, 41);
    await gateway.stop();
  });
});
