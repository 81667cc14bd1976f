import assert from 'node:assert/strict';
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { PreparedBody } from '../../query-api/http/prepared-body.js';
import { buildFleet } from '../../query-api/model/build-fleet.js';
import { type ClusterView, type HostView } from '../../query-api/model/host-view.js';
import { selectHosts } from '../../query-api/queries/hosts.js';
import { AnswerCache } from '../../query-api/rest/answer-cache.js';
import { type Revision } from '../../domain/revision.js';
import { openAccess } from '../../query-api/gateway-options.js';
import { rawRequest } from './support/handshake.js';
import { at } from './support/made-rows.js';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
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

const gql = (query: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query }),
});

describe('answers that are kept', () => {
  it('are given again until a status changes by the clock, and only of the same state of the models', () => {
    const [cache, models] = [new AnswerCache(), fleet()];
    const clock = (time: string) => ({ now: at(time), ...limits });
    const body = new PreparedBody('{}');
    cache.keep(models, clock('2026-01-01T12:00:30Z'), 'hosts', body);
    assert.equal(cache.get(models, clock('2026-01-01T12:03:59.999999999Z'), 'hosts')?.body, body);
    // The host turns stale four minutes after noon, having been seen a minute before the watermark.
    assert.equal(cache.get(models, clock('2026-01-01T12:04:00Z'), 'hosts'), undefined);
    assert.equal(cache.get(models, clock('2026-01-01T12:00:29Z'), 'hosts'), undefined, 'the clock was set back');
    assert.equal(cache.get(models, clock('2026-01-01T12:00:30Z'), 'gpus'), undefined);
    assert.equal(cache.get(fleet(), clock('2026-01-01T12:00:30Z'), 'hosts'), undefined);
    cache.keep(models, clock('2026-01-01T12:04:00Z'), 'hosts', body);
    assert.equal(cache.get(models, clock('2026-01-01T12:04:59Z'), 'hosts')?.body, body);
    assert.equal(cache.get(models, clock('2026-01-01T12:05:00Z'), 'hosts'), undefined, 'the cluster turns stale');
    cache.keep(models, clock('2026-01-01T14:00:00Z'), 'hosts', body);
    assert.equal(cache.get(models, clock('2027-01-01T00:00:00Z'), 'hosts')?.body, body, 'nothing changes any more');
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

  it('of more than the models are kept no longer than is said, and no longer than their statuses', () => {
    const [cache, models, second] = [new AnswerCache(), fleet(), 1_000_000_000n];
    const clock = (time: string) => ({ now: at(time), ...limits });
    cache.keep(models, clock('2026-01-01T12:00:30Z'), 'history', new PreparedBody('{}'), second);
    assert.ok(cache.get(models, clock('2026-01-01T12:00:30.999Z'), 'history'));
    assert.equal(cache.get(models, clock('2026-01-01T12:00:31Z'), 'history'), undefined);
    // The host turns stale at 12:04.
    cache.keep(models, clock('2026-01-01T12:03:59.5Z'), 'history', new PreparedBody('{}'), second);
    assert.equal(cache.get(models, clock('2026-01-01T12:04:00Z'), 'history'), undefined);
    cache.keep(models, clock('2026-01-01T14:00:00Z'), 'history', new PreparedBody('{}'), second);
    assert.equal(cache.get(models, clock('2026-01-01T14:00:01Z'), 'history'), undefined, 'no status changes any more');
  });

  it('are bounded together with what was asked for them', () => {
    const [cache, models] = [new AnswerCache(2_000), fleet()];
    const clock = { now: at('2026-01-01T12:00:30Z'), ...limits };
    cache.keep(models, clock, 'q'.repeat(1_100), new PreparedBody('{}'));
    assert.equal(cache.get(models, clock, 'q'.repeat(1_100)), undefined);
    cache.keep(models, clock, 'q'.repeat(400), new PreparedBody('{}'));
    assert.ok(cache.get(models, clock, 'q'.repeat(400)));
  });

  it('make room, those that nobody has asked for the longest, for what is asked while the models stand still', () => {
    const [cache, models] = [new AnswerCache(20_000), fleet()];
    const clock = { now: at('2026-01-01T12:00:30Z'), ...limits };
    cache.keep(models, clock, 'again and again', new PreparedBody('{}'));
    for (let other = 0; other < 1_000; other++) {
      cache.keep(models, clock, String(other), new PreparedBody('{}'));
      assert.ok(cache.get(models, clock, 'again and again'), `gone after ${String(other)} others`);
      assert.ok(cache.get(models, clock, String(other)), `${String(other)} was not kept`);
      assert.ok(cache.bytesOf(models) <= 20_000);
    }
    assert.equal(cache.get(models, clock, '0'), undefined);
  });

  it('count with what keeping them takes: many small ones are more than their bytes', () => {
    const [cache, models, body] = [new AnswerCache(), fleet(), new PreparedBody('{}')];
    const clock = { now: at('2026-01-01T12:00:30Z'), ...limits };
    for (let other = 0; other < 1_000; other++) cache.keep(models, clock, String(other), body);
    assert.ok(cache.bytesOf(models) > 500_000, String(cache.bytesOf(models)));
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

  describe('asked for again and again', () => {
    let world: World;
    let gateway: RunningGateway;
    beforeEach(async () => {
      world = new World();
      world.append(
        Array.from({ length: 40 }, (_, g) => ({ uuid: `GPU-${g}`, index: String(g), at: '2025-07-18T20:42:34Z' })),
      );
      gateway = await startGateway(world);
    });
    afterEach(() => gateway.stop());

    /** Three answers in a row, which are to be one and the same; gives it. */
    const thrice = async (path: string, init: RequestInit = {}) => {
      const answers = [];
      for (let time = 0; time < 3; time++) {
        const { status, headers, body } = await gateway.get(path, init);
        const { date, ...rest } = Object.fromEntries(headers);
        answers.push({ status, headers: rest, body });
        assert.ok(date);
      }
      assert.deepEqual(answers[1], answers[0]);
      assert.deepEqual(answers[2], answers[0]);
      return answers[0]!;
    };
    const statuses = gql('{ gpus { uuid status } }');

    it('leave as they did before, to each as he takes them', async () => {
      const zipped = await thrice('/api/v1/gpus', { headers: { 'accept-encoding': 'gzip' } });
      const plain = await thrice('/api/v1/gpus', { headers: { 'accept-encoding': 'identity' } });
      assert.deepEqual(zipped.body, plain.body);
      assert.deepEqual(
        [zipped, plain].map(({ headers }) => [headers['content-encoding'], headers['x-telemetry-revision']]),
        [
          ['gzip', String(world.revision)],
          [undefined, String(world.revision)],
        ],
      );
      const etag = plain.headers['etag']!;
      const known = await gateway.get('/api/v1/gpus', { headers: { 'if-none-match': etag } });
      assert.equal(known.status, 304);
      assert.equal((await thrice('/api/v1/gpus?limit=x')).status, 400);
    });

    it('leave as they did before to GraphQL, in the form that is asked for and to the question that was sent', async () => {
      const taking = (accept: string, query: string) => {
        const { headers, ...rest } = gql(query);
        return thrice('/graphql', { ...rest, headers: { ...(headers as Record<string, string>), accept } });
      };
      for (const accept of ['application/json', 'application/graphql-response+json']) {
        const { headers, body } = await taking(accept, '{ gpus {\n uuid } }');
        assert.equal(headers['content-type'], `${accept}; charset=utf-8`);
        assert.equal(headers['x-telemetry-revision'], String(world.revision));
        const few = await taking(accept, '{ gpus(limit: 3) {\n uuid } }');
        const countOf = (reply: unknown) => (reply as { data: { gpus: unknown[] } }).data.gpus.length;
        assert.deepEqual([countOf(body), countOf(few.body)], [40, 3]);
      }
      const { body } = await taking('application/json', '{ gpus { uuid colour } }');
      assert.match(JSON.stringify(body), /colour/);
      assert.equal((await thrice('/graphql', { ...gql('{ gpus { uuid } }'), headers: {} })).status, 415);
    });

    it('Q1: change with the models, with the clock, and with the silence of etcd', async () => {
      const path = '/api/v1/gpus?limit=100';
      const before = await thrice(path);
      const said = await thrice('/graphql', statuses);
      world.append([{ uuid: 'GPU-new', index: '99', at: '2025-07-18T20:42:35Z' }]);
      await gateway.get(`/api/v1/gpus?min_revision=${world.revision}`);
      const after = await thrice(path);
      assert.deepEqual([before.body['count'], after.body['count']], [40, 41]);
      world.now = '2025-07-18T20:52:40Z';
      const course = await thrice('/api/v1/gpus/GPU-0/telemetry');
      assert.equal(course.body['count'], 1);
      world.append([{ uuid: 'GPU-0', index: '0', at: '2025-07-18T20:42:36Z' }]);
      await gateway.get(`/api/v1/gpus?min_revision=${world.revision}`);
      assert.equal((await thrice('/api/v1/gpus/GPU-0/telemetry')).body['count'], 2);
      const stale = (await thrice(path)).body['data'] as { status: string }[];
      assert.ok(stale.every(({ status }) => status === 'stale'));
      const told = await thrice('/graphql', statuses);
      const statusesOf = (reply: { body: unknown }) =>
        (reply.body as { data: { gpus: { status: string }[] } }).data.gpus.map(({ status }) => status);
      assert.deepEqual([statusesOf(said), statusesOf(told)], [Array(40).fill('active'), Array(41).fill('stale')]);
      world.lastAnswer = '2025-07-18T20:52:00Z';
      assert.equal((await thrice(path)).headers['x-telemetry-old-since'], '2025-07-18T20:52:00Z');
    });
  });

  const asJson = { 'content-type': 'application/json' };
  for (const { method, path, route, headers: form, body, caching } of [
    { method: 'GET', path: '/api/v1/gpus', route: '/api/v1/gpus', caching: 'no-cache' },
    { method: 'GET', path: '/graphql?query=%7Bgpus%7Buuid%7D%7D', route: '/graphql', caching: 'no-cache' },
    {
      ...{ method: 'POST', path: '/graphql', route: '/graphql', caching: 'private, no-cache' },
      ...{ headers: asJson, body: '{"query":"{ gpus { uuid } }"}' },
    },
  ])
    it(`asked for again and again by ${method} ${path} are given to nobody who is refused, and to each page as to no other`, async () => {
      const world = new World();
      world.append([{ uuid: 'GPU-0', index: '0', at: '2025-07-18T20:42:34Z' }]);
      const [own, other] = ['https://a.example', 'https://b.example'];
      const gateway = await startGateway(world, world.ports(), {
        ...openAccess,
        ...{ readTokens: ['secret'], hosts: ['gpus.example'], origins: [own] },
        limits: { ...openAccess.limits, perSecond: 5, proxies: 1 },
      });
      const ask = (headers: Record<string, string>) =>
        rawRequest(gateway.origin, path, { authorization: 'Bearer secret', ...form, ...headers }, method, body);
      const seen = async (client: number, headers: Record<string, string>) => {
        const answer = await ask({ 'x-forwarded-for': `192.0.2.${String(client)}`, ...headers });
        return [answer.status, answer.headers['access-control-allow-origin'], answer.headers['cache-control']];
      };
      for (let client = 0; client < 3; client++) {
        assert.deepEqual(await seen(client, {}), [200, undefined, caching]);
        assert.deepEqual(await seen(client, { origin: own }), [200, own, caching]);
        assert.deepEqual(await seen(client, { origin: other }), [200, undefined, caching]);
        assert.deepEqual(await seen(client, { authorization: 'Bearer guessed' }), [401, undefined, 'no-store']);
        assert.deepEqual(await seen(client, { host: 'evil.example' }), [421, undefined, 'no-store']);
      }
      const asked = await Promise.all(Array.from({ length: 60 }, () => ask({ 'x-forwarded-for': '192.0.2.9' })));
      const refused = asked.filter(({ status }) => status === 429);
      assert.ok(refused.length > 0 && refused.length <= 50, 'ten at once, and some for the time that it took');
      assert.ok(refused.every(({ headers }) => headers['retry-after'] === '1'));
      assert.equal(asked.filter(({ status }) => status === 200).length, 60 - refused.length);
      const own8 = { authorization: 'Bearer secret', 'x-forwarded-for': '192.0.2.8' };
      const { text } = await rawRequest(gateway.origin, '/metrics', own8);
      const line = `telemetry_http_requests_total{method="${method}",route="${route}",status="200"} `;
      const counted = text.split('\n').find((one) => one.startsWith(line));
      assert.equal(Number(counted?.slice(line.length)), 9 + 60 - refused.length);
      await gateway.stop();
    });

  it('are not kept of what follows from more than the models', async () => {
    const world = new World();
    world.append([{ uuid: 'GPU-0', index: '0', at: '2025-07-18T20:42:34Z' }]);
    const ports = world.ports();
    let looks = 0;
    const gateway = await startGateway(world, {
      ...ports,
      pipeline: (signal) => {
        looks += 1;
        return ports.pipeline(signal);
      },
    });
    const asked = gql('{ gpus { uuid } pipeline { deadLetters } }');
    for (let time = 1; time <= 3; time++) {
      await gateway.get('/graphql', asked);
      assert.equal(looks, time);
    }
    await gateway.stop();
  });
});
