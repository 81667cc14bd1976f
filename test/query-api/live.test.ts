import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { eventually } from '../support/eventually.js';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { type Epoch, type Partition } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { behindRevision, printLiveCursor } from '../../query-api/live/live-cursor.js';
import { type Row } from './support/made-rows.js';
import { type Gateway } from '../../query-api/queries/gateway.js';
import { acceptUpgrades } from '../../query-api/ws/upgrades.js';
import { plainWebSocket } from '../../query-api/ws/ws-server.js';
import { World } from './support/world.js';

type Json = Record<string, unknown>;

const power = 'DCGM_FI_DEV_POWER_USAGE';
const second = (n: number) => new Date(Date.UTC(2025, 6, 18, 20, 42, n)).toISOString().replace('.000', '');
const row = (uuid: string, at: string, value: number, more: Partial<Row> = {}): Row => ({ uuid, at, value, ...more });

describe('live', () => {
  let world: World;
  let gateway: RunningGateway;
  let clients: Client[];
  let sockets: WebSocket[];

  beforeEach(async () => {
    world = new World();
    world.append([row('GPU-a', second(1), 1, { host: 'h1' }), row('GPU-b', second(1), 2, { host: 'h2' })]);
    gateway = await startGateway(world);
    clients = [];
    sockets = [];
  });
  afterEach(async () => {
    for (const client of clients) await client.dispose();
    for (const socket of sockets) socket.terminate();
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  const graphql = (): Client => {
    const url = `${gateway.origin.replace('http', 'ws')}/graphql`;
    const client = createClient({
      url,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: false,
      onNonLazyError: () => undefined,
    });
    clients.push(client);
    return client;
  };

  /** What a subscription delivers, as it comes. */
  const subscribed = (client: Client, query: string, variables: Json = {}) => {
    const items: Json[] = [];
    const errors: unknown[] = [];
    let over = false;
    const end = client.subscribe<Json>(
      { query, variables },
      {
        next: ({ data, errors: failed }) =>
          void (failed ? errors.push(...failed) : items.push(Object.values(data!)[0] as Json)),
        error: (error) => {
          errors.push(error);
          over = true;
        },
        complete: () => (over = true),
      },
    );
    return { items, errors, end, over: () => over };
  };

  const telemetry = `subscription ($gpuUuid: String, $metrics: [String!], $after: String) {
    telemetry(gpuUuid: $gpuUuid, metrics: $metrics, after: $after) { uuid timestamp gpuUtilization powerDraw cursor } }`;

  const plain = async () => {
    const socket = new WebSocket(`${gateway.origin.replace('http', 'ws')}/ws`);
    sockets.push(socket);
    const messages: Json[] = [];
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Json));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const send = (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    const next = async (type: string): Promise<Json> => {
      let found = -1;
      await eventually(type, () => (found = messages.findIndex((message) => message['type'] === type)) >= 0);
      return messages.splice(found, 1)[0]!;
    };
    return { socket, messages, send, next };
  };

  it('Q4: an update is what one segment holds of one device at one time', async () => {
    const { items } = subscribed(graphql(), telemetry);
    await eventually('it is subscribed', () => gateway.live() === 1);
    world.append([
      row('GPU-a', second(2), 5, { host: 'h1' }),
      row('GPU-a', second(3), 6, { host: 'h1' }),
      row('GPU-a', second(2), 70, { host: 'h1', metric: power }),
    ]);
    world.append([row('GPU-a', second(2), 8, { host: 'h1', metric: 'DCGM_FI_DEV_XID_ERRORS' })]);
    await eventually('all have come', () => items.length === 3);
    assert.deepEqual(
      items.map(({ timestamp, gpuUtilization, powerDraw }) => [timestamp, gpuUtilization, powerDraw]),
      [
        [second(2), 5, 70],
        [second(3), 6, null],
        [second(2), null, null],
      ],
    );
    assert.equal(new Set(items.map(({ cursor }) => cursor)).size, 3);
  });

  it('one process follows the log once, however many subscribers it has and wherever they begin', async () => {
    const oldest = printLiveCursor(behindRevision(0 as Epoch, 0n as Revision));
    const feeds = [graphql(), graphql(), graphql()].flatMap((client) => [
      subscribed(client, telemetry),
      subscribed(client, telemetry, { gpuUuid: 'GPU-a' }),
      subscribed(client, telemetry, { after: oldest }),
    ]);
    const { send, messages } = await plain();
    for (let n = 0; n < 5; n++) send({ type: 'subscribe', id: String(n), topic: 'telemetry', snapshot: n % 2 === 0 });
    await eventually('all are subscribed', () => gateway.live() === feeds.length + 5);
    world.append([row('GPU-a', second(2), 5, { host: 'h1' })]);
    const isNew = ({ timestamp }: Json): boolean => timestamp === second(2);
    const told = () => feeds.filter(({ items }) => items.some(isNew)).length + messages.filter(isNew).length;
    await eventually('each is told', () => told() === feeds.length + 5);
    assert.equal(world.followers, 1);
  });

  it('Q4: filters by GPU and metric; updates without any of the metrics are left out', async () => {
    const client = graphql();
    const one = subscribed(client, telemetry, { gpuUuid: 'GPU-b', metrics: ['power_draw'] });
    const all = subscribed(client, telemetry);
    await eventually('both are subscribed', () => gateway.live() === 2);
    world.append([
      row('GPU-a', second(2), 70, { host: 'h1', metric: power }),
      row('GPU-b', second(2), 5, { host: 'h2' }),
      row('GPU-b', second(3), 80, { host: 'h2', metric: power }),
    ]);
    await eventually('all have come', () => all.items.length === 3 && one.items.length === 1);
    assert.deepEqual(
      one.items.map(({ uuid, powerDraw, gpuUtilization }) => [uuid, powerDraw, gpuUtilization]),
      [['GPU-b', 80, null]],
    );
  });

  it('Q4: a client that breaks off at random and resumes after its cursor misses nothing and sees nothing twice', async () => {
    const seen: Json[] = [];
    let appended = 0;
    const appendSome = () => {
      for (let n = 0; n < 3; n++, appended++)
        world.append(
          ['GPU-a', 'GPU-b', 'GPU-c'].map((uuid, g) => row(uuid, second(10 + appended), g, { host: `h${g}` })),
        );
    };
    const breaks = 30;
    for (let round = 0; round < breaks; round++) {
      const after = seen.at(-1)?.['cursor'];
      const client = graphql();
      const { items, errors } = subscribed(client, telemetry, after === undefined ? {} : { after });
      if (after === undefined) await eventually('it is subscribed', () => gateway.live() > 0);
      appendSome();
      const enough = round === breaks - 1 ? Infinity : round % 4;
      await eventually('some have come', () => items.length > enough || seen.length + items.length === appended * 3);
      await client.dispose();
      assert.deepEqual(errors, []);
      seen.push(...items);
      await eventually('it is gone', () => gateway.live() === 0);
    }
    const expected = Array.from({ length: appended }, (_, n) => second(10 + n));
    assert.equal(seen.length, appended * 3);
    assert.equal(new Set(seen.map(({ cursor }) => cursor)).size, seen.length);
    for (const uuid of ['GPU-a', 'GPU-b', 'GPU-c'])
      assert.deepEqual(
        seen.filter((update) => update['uuid'] === uuid).map(({ timestamp }) => timestamp),
        expected,
      );
  });

  it('Q4: a client that comes from a gateway which is further on is not shown again what it has had', async () => {
    const [client, socket] = [graphql(), await plain()];
    const after = printLiveCursor(behindRevision(0 as Epoch, (world.revision + 1n) as Revision));
    const { items } = subscribed(client, telemetry, { after });
    socket.send({ type: 'subscribe', topic: 'telemetry', after });
    await eventually('both are subscribed', () => gateway.live() === 2);
    world.append([row('GPU-a', second(2), 70, { host: 'h1' })]);
    world.append([row('GPU-a', second(3), 80, { host: 'h1' })]);
    const told = () => socket.messages.filter(({ type }) => type === 'telemetry_update');
    await eventually('what is new has come', () => items.length > 0 && told().length > 0);
    assert.deepEqual(
      items.map(({ timestamp }) => timestamp),
      [second(3)],
    );
    assert.deepEqual(
      told().map(({ timestamp }) => timestamp),
      [second(3)],
    );
  });

  it('refuses a cursor that no gateway gave, and tells one of another epoch that it has expired', async () => {
    const client = graphql();
    const beyond = printLiveCursor(behindRevision(0 as Epoch, (world.revision + 2_000_000n) as Revision));
    const noRevision = printLiveCursor(behindRevision(0 as Epoch, (2n ** 63n) as Revision));
    const given = printLiveCursor(behindRevision(0 as Epoch, 10n as Revision));
    const refused = ['nonsense', beyond, noRevision, `${given}A`, Buffer.from('1.00.10.0.0').toString('base64url')];
    const bad = refused.map((after) => subscribed(client, telemetry, { after }));
    const { send, next } = await plain();
    for (const after of refused) {
      send({ type: 'subscribe', topic: 'telemetry', after });
      assert.equal((await next('error'))['code'], 'bad_cursor');
    }
    const old = subscribed(client, telemetry, { after: Buffer.from('1.7.10.0.0').toString('base64url') });
    await eventually('all are refused', () => [...bad, old].every(({ errors }) => errors.length > 0));
    for (const { errors } of bad) assert.match(JSON.stringify(errors), /BAD_USER_INPUT/);
    assert.match(JSON.stringify(old.errors), /cursor_expired/);
    assert.match(JSON.stringify(old.errors), /oldest/);
  });

  it('Q4: tells a cursor past which the log was trimmed that it has expired, and the oldest one begins anew', async () => {
    world.append([row('GPU-a', second(2), 5, { host: 'h1' })]);
    const first = world.revision;
    world.trim((first + 1n) as Revision);
    const behind = printLiveCursor(behindRevision(0 as Epoch, first));
    const within = printLiveCursor({ epoch: 0 as Epoch, revision: first, partition: 0 as Partition, place: 0 });
    const [client, socket] = [graphql(), await plain()];
    const old = subscribed(client, telemetry, { after: within });
    const whole = subscribed(client, telemetry, { after: behind });
    socket.send({ type: 'subscribe', id: 'old', topic: 'telemetry', after: within });
    const expired = await socket.next('error');
    assert.deepEqual([expired['id'], expired['code']], ['old', 'cursor_expired']);
    await eventually('the old one is refused', () => old.errors.length > 0 && gateway.live() === 1);
    const [error] = old.errors as { extensions?: Json }[][];
    const { code, oldest } = (Array.isArray(error) ? error[0] : error)?.extensions as Json;
    assert.deepEqual([code, oldest], ['cursor_expired', expired['oldest']]);
    const anew = subscribed(client, telemetry, { after: oldest });
    socket.send({ type: 'subscribe', id: 'old', topic: 'telemetry', after: oldest });
    assert.equal((await socket.next('subscribed'))['id'], 'old');
    world.append([row('GPU-a', second(3), 6, { host: 'h1' })]);
    await eventually('what is new has come', () => whole.items.length > 0 && anew.items.length > 0);
    assert.deepEqual([whole.items.length, anew.items.length, old.items.length], [1, 1, 0]);
  });

  it('tells when the status of a GPU changes with the clock, and how far projections are', async () => {
    const client = graphql();
    const changes = subscribed(client, 'subscription { gpuStatusChanged { uuid from to at gpu { status hostname } } }');
    const progress = subscribed(client, 'subscription { projectionProgress(name: "gpu") { name lagSegments } }');
    await eventually('it is told the present', () => progress.items.length === 1);
    world.now = '2025-07-18T20:50:00Z';
    world.held = true;
    world.append([row('GPU-z', second(2), 1)]);
    await eventually('the changes have come', () => changes.items.length === 2 && progress.items.length === 2);
    assert.deepEqual(changes.items, [
      { uuid: 'GPU-a', from: 'active', to: 'stale', at: world.now, gpu: { status: 'stale', hostname: 'h1' } },
      { uuid: 'GPU-b', from: 'active', to: 'stale', at: world.now, gpu: { status: 'stale', hostname: 'h2' } },
    ]);
    assert.deepEqual(progress.items, [
      { name: 'gpu', lagSegments: 0 },
      { name: 'gpu', lagSegments: 1 },
    ]);
  });

  it('tells of a GPU whose status changes all that a query tells of it, its records too', async () => {
    const client = graphql();
    const wanted = 'uuid gpu { telemetry(limit: 1) { uuid timestamp } host { hostname } }';
    const changes = subscribed(client, `subscription { gpuStatusChanged { ${wanted} } }`);
    const progress = subscribed(client, 'subscription { projectionProgress(name: "gpu") { name } }');
    await eventually('it is told the present', () => progress.items.length === 1);
    world.now = '2025-07-18T20:50:00Z';
    await eventually('the changes have come', () => changes.items.length + changes.errors.length === 2);
    assert.deepEqual(changes.errors, []);
    assert.deepEqual(
      changes.items,
      ['a', 'b'].map((name, n) => {
        const uuid = `GPU-${name}`;
        return { uuid, gpu: { telemetry: [{ uuid, timestamp: second(1) }], host: { hostname: `h${String(n + 1)}` } } };
      }),
    );
  });

  it('L6: tells which partition of a projection has stopped, where and why', async () => {
    const progress = subscribed(
      graphql(),
      'subscription { projectionProgress(name: "gpu") { stopped { partition key reason } } }',
    );
    await eventually('it is told the present', () => progress.items.length === 1);
    world.appendDamaged(2);
    await eventually('it is told of the stop', () => progress.items.length === 2);
    const [before, after] = progress.items as { readonly stopped: readonly { readonly reason: string }[] }[];
    assert.deepEqual(before, { stopped: [] });
    const { key } = world.log.at(-1)!;
    assert.deepEqual(after, { stopped: [{ partition: 2, key, reason: after!.stopped[0]!.reason }] });
    assert.match(after.stopped[0]!.reason, /^the segment is damaged: /);
  });

  it('goes on telling how far projections are when etcd has been away, and names a projection that there is not', async () => {
    const wrong = subscribed(graphql(), 'subscription { projectionProgress(name: "gpus") { name } }');
    const progress = subscribed(graphql(), 'subscription { projectionProgress(name: "gpu") { lagSegments } }');
    await eventually('it is told the present', () => progress.items.length === 1 && wrong.errors.length === 1);
    assert.match(JSON.stringify(wrong.errors), /name.*one of gpu, host, cluster, history, health.*BAD_USER_INPUT/);
    const asked = world.silences;
    world.silent = true;
    await eventually('etcd was asked in vain', () => world.silences > asked);
    world.held = true;
    world.append([row('GPU-z', second(2), 1)]);
    world.silent = false;
    await eventually('it is told on', () => progress.items.length === 2);
    assert.deepEqual([progress.items, progress.errors], [[{ lagSegments: 0 }, { lagSegments: 1 }], []]);
  });

  it('answers queries over the same WebSocket', async () => {
    const { items, over } = subscribed(graphql(), '{ gpus { uuid } }');
    await eventually('it is answered', over);
    assert.deepEqual(items, [[{ uuid: 'GPU-a' }, { uuid: 'GPU-b' }]]);
  });

  it('/ws sends the present state first, then updates with only the values present', async () => {
    const { send, next, messages } = await plain();
    send({ type: 'subscribe', id: 's', topic: 'telemetry', filters: { hostname: 'h1' } });
    assert.deepEqual(await next('subscribed'), { type: 'subscribed', id: 's', topic: 'telemetry' });
    const present = await next('telemetry_update');
    assert.deepEqual([present['gpu_uuid'], present['data'], present['id']], ['GPU-a', { gpu_utilization: 1 }, 's']);
    world.append([
      row('GPU-a', second(2), 70, { host: 'h1', metric: power }),
      row('GPU-b', second(2), 1, { host: 'h2' }),
    ]);
    const { cursor, ...update } = await next('telemetry_update');
    assert.deepEqual(update, {
      type: 'telemetry_update',
      id: 's',
      timestamp: second(2),
      gpu_uuid: 'GPU-a',
      data: { power_draw: 70 },
    });
    send({ type: 'unsubscribe', id: 's' });
    send({ type: 'ping' });
    await next('pong');
    send({ type: 'subscribe', id: 'of one', topic: 'telemetry', filters: { metrics: ['gpu_utilization'] } });
    await next('subscribed');
    const ofOne = await next('telemetry_update');
    assert.deepEqual([ofOne['timestamp'], ofOne['data']], [second(1), { gpu_utilization: 1 }]);
    send({ type: 'unsubscribe', id: 'of one' });
    send({ type: 'ping' });
    await next('pong');
    messages.length = 0;
    world.append([row('GPU-a', second(3), 71, { host: 'h1', metric: power })]);
    send({ type: 'subscribe', topic: 'telemetry', after: cursor, filters: { metrics: ['power_draw'] } });
    assert.deepEqual(await next('subscribed'), { type: 'subscribed', topic: 'telemetry' });
    const resumed = await next('telemetry_update');
    assert.deepEqual(
      [resumed['timestamp'], resumed['data'], resumed['id']],
      [second(3), { power_draw: 71 }, undefined],
    );
    assert.deepEqual(messages, []);
  });

  it('/ws answers whatever it is sent', async () => {
    const { send, next } = await plain();
    const codeOf = async (message: unknown) => {
      send(message);
      return (await next('error'))['code'];
    };
    assert.equal(await codeOf('{'), 'malformed');
    assert.equal(await codeOf('[]'), 'malformed');
    assert.equal(await codeOf({}), 'unknown_type');
    assert.equal(await codeOf({ type: 'dance', id: 'x' }), 'unknown_type');
    assert.equal(await codeOf({ type: 'subscribe' }), 'unknown_topic');
    assert.equal(await codeOf({ type: 'subscribe', topic: 'telemetry', filters: 3 }), 'bad_message');
    assert.equal(await codeOf({ type: 'subscribe', topic: 'telemetry', filters: { metrics: ['x'] } }), 'bad_filter');
    assert.equal(await codeOf({ type: 'subscribe', topic: 'telemetry', filters: { uuid: 'GPU-a' } }), 'bad_filter');
    assert.equal(await codeOf({ type: 'subscribe', topic: 'telemetry', after: '?' }), 'bad_cursor');
    for (const type of ['subscribe', 'unsubscribe', 'ping'])
      for (const id of [5, 'x'.repeat(129)])
        assert.equal(await codeOf({ type, id, topic: 'telemetry' }), 'bad_message');
    assert.equal(await codeOf({ type: 'unsubscribe', id: 'nobody' }), 'unknown_subscription');
    const old = Buffer.from('1.7.10.0.0').toString('base64url');
    send({ type: 'subscribe', topic: 'telemetry', after: old });
    const expired = await next('error');
    assert.deepEqual([expired['code'], typeof expired['oldest']], ['cursor_expired', 'string']);
    send({ type: 'ping', id: 'p' });
    assert.deepEqual(await next('pong'), { type: 'pong', id: 'p' });
    for (let n = 0; n < 64; n++) send({ type: 'subscribe', id: String(n), topic: 'telemetry', snapshot: false });
    assert.equal(await codeOf({ type: 'subscribe', id: '0', topic: 'telemetry' }), 'already_subscribed');
    assert.equal(await codeOf({ type: 'subscribe', id: 'more', topic: 'telemetry' }), 'too_many_subscriptions');
  });

  it('/ws sends everything to a client that keeps up, however much comes at once', async () => {
    const { send, next, messages } = await plain();
    send({ type: 'subscribe', id: 'live', topic: 'telemetry', snapshot: false });
    const { id } = await next('subscribed');
    await eventually('it is subscribed', () => gateway.live() === 1);
    const rows = Array.from({ length: 40 }, (_, n) => row('GPU-a', second(10 + n), n, { host: 'h1' }));
    world.append(rows);
    world.append([row('GPU-a', second(49), 70, { host: 'h1', metric: power })]);
    const told = () => messages.filter(({ type, id: of }) => type === 'telemetry_update' && of === id);
    await eventually('all has come', () => told().length === 41);
    assert.deepEqual(
      told().map(({ data, skipped }) => [data, skipped]),
      [...rows.map(({ value }) => [{ gpu_utilization: value }, undefined]), [{ power_draw: 70 }, undefined]],
    );
    send({ type: 'subscribe', id: 'resumed', topic: 'telemetry', after: told()[0]!['cursor'] });
    await eventually('what followed has come', () => messages.filter(({ id: of }) => of === 'resumed').length === 41);
  });

  it('Q5: /ws conflates for a client that does not read, and says how many it skipped', async () => {
    const { socket, send, next, messages } = await plain();
    send({ type: 'subscribe', topic: 'telemetry', snapshot: false });
    await next('subscribed');
    await eventually('it is subscribed', () => gateway.live() === 1);
    // The live feed comes from the log and does not wait for folds, which would only be slow here.
    world.held = true;
    socket.pause();
    const rounds = 1_000;
    for (let n = 0; n < rounds; n++)
      world.append(
        Array.from({ length: 50 }, (_, g) => row(`GPU-${g}`, second(10 + n), n, { host: 'h1', index: String(g) })),
      );
    socket.resume();
    const lastOf = () => messages.filter(({ timestamp }) => timestamp === second(10 + rounds - 1)).length;
    await eventually('the newest of each device has come', () => lastOf() === 50);
    const skipped = messages.reduce((sum, message) => sum + Number(message['skipped'] ?? 0), 0);
    assert.ok(skipped > 0, 'some were skipped');
    assert.equal(messages.length + skipped, rounds * 50);
  });

  it('Q5: a GraphQL subscriber that does not read is closed with 4490, and does not hold up the others', async () => {
    const url = `${gateway.origin.replace('http', 'ws')}/graphql`;
    const slow = new WebSocket(url, 'graphql-transport-ws');
    sockets.push(slow);
    let closed: number | undefined;
    slow.on('close', (code) => (closed = code));
    await new Promise((resolve) => slow.once('open', resolve));
    slow.send(JSON.stringify({ type: 'connection_init' }));
    await new Promise((resolve) => slow.once('message', resolve));
    slow.send(
      JSON.stringify({
        id: '1',
        type: 'subscribe',
        payload: { query: 'subscription { telemetry { uuid timestamp cursor hostname modelName } }' },
      }),
    );
    const other = subscribed(graphql(), telemetry, { gpuUuid: 'GPU-0' });
    await eventually('both are subscribed', () => gateway.live() === 2);
    world.held = true;
    slow.pause();
    let n = 0;
    await eventually('the slow one is given up', () => {
      for (const end = n + 100; n < end; n++)
        world.append(
          Array.from({ length: 50 }, (_, g) => row(`GPU-${g}`, second(10 + n), n, { host: 'h1', index: String(g) })),
        );
      return gateway.live() === 1;
    });
    await eventually('the other one has all', () => other.items.length === n);
    assert.deepEqual(other.errors, []);
    slow.resume();
    await eventually('it is closed', () => closed !== undefined);
    assert.equal(closed, 4490);
  });

  it('Q5: /ws closes with 4490 who asks on and reads no answers', async () => {
    const socket = new WebSocket(`${gateway.origin.replace('http', 'ws')}/ws`);
    sockets.push(socket);
    await new Promise((resolve) => socket.once('open', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.pause();
    const ping = JSON.stringify({ type: 'ping', id: 'p'.repeat(64) });
    for (let round = 0; round < 150 && socket.readyState === WebSocket.OPEN; round++) {
      for (let i = 0; i < 1_000; i++) socket.send(ping);
      await new Promise(setImmediate);
    }
    await new Promise((resolve) => socket.send(ping, resolve));
    socket.resume();
    assert.equal(await closed, 4490);
  });

  it('Q5: GraphQL closes with 4490 who asks on and reads no answers', async () => {
    const socket = new WebSocket(`${gateway.origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    sockets.push(socket);
    await new Promise((resolve) => socket.once('open', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await new Promise((resolve) => socket.once('message', resolve));
    socket.pause();
    const ping = JSON.stringify({ type: 'ping', payload: { text: 'p'.repeat(200_000) } });
    for (let sent = 0; sent < 500; sent++) await new Promise((resolve) => socket.send(ping, resolve));
    socket.ping();
    socket.resume();
    const code = await Promise.race([closed, new Promise((resolve) => socket.once('pong', resolve))]);
    assert.equal(code, 4490);
  });

  it('/ws pings, and closes with 4490 who answers none', async () => {
    const server = createServer();
    const end = acceptUpgrades(
      server,
      { '/ws': plainWebSocket({} as Gateway, (error) => assert.fail(String(error)), { everyMs: 20, mostMissed: 2 }) },
      () => true,
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}/ws`;
    const [lively, silent] = [new WebSocket(url), new WebSocket(url, { autoPong: false })];
    sockets.push(lively, silent);
    let pings = 0;
    lively.on('ping', () => pings++);
    const closed = new Promise((resolve) => silent.once('close', resolve));
    assert.equal(await closed, 4490);
    await eventually('the other one is pinged on', () => pings > 10);
    assert.equal(lively.readyState, WebSocket.OPEN);
    end('the gateway stops');
    await new Promise((resolve) => server.close(resolve));
  });

  it('closes with 4491 a connection with too many operations', async () => {
    const socket = new WebSocket(`${gateway.origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    sockets.push(socket);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send('{"type":"connection_init"}');
    await new Promise((resolve) => socket.once('message', resolve));
    for (let n = 0; n < 110; n++)
      socket.send(
        JSON.stringify({
          id: String(n),
          type: 'subscribe',
          payload: { query: 'subscription { telemetry { cursor } }' },
        }),
      );
    assert.equal(await closed, 4491);
    await eventually('nothing of it is left', () => gateway.live() === 0);
  });

  it('sends subscribers elsewhere when it stops', async () => {
    const { socket, send, next } = await plain();
    send({ type: 'subscribe', topic: 'telemetry' });
    await next('subscribed');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const closedGraphql = new Promise((resolve) => {
      const url = `${gateway.origin.replace('http', 'ws')}/graphql`;
      const client = createClient({
        ...{ url, webSocketImpl: WebSocket, retryAttempts: 0 },
        on: { closed: (event) => resolve((event as { code: number }).code) },
      });
      client.subscribe(
        { query: telemetry },
        { next: () => undefined, error: () => undefined, complete: () => undefined },
      );
    });
    await eventually('both are subscribed', () => gateway.live() === 2);
    const stopping = gateway.stop();
    assert.deepEqual([await closed, await closedGraphql], [1012, 1012]);
    await stopping;
  });
});
