import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { clientOf } from '../../../query-api/access/client-address.js';
import { noLimits } from '../../../query-api/access/client-limits.js';
import { ClientRates } from '../../../query-api/access/client-rates.js';
import { fullBucket, take, waitFor } from '../../../query-api/access/token-bucket.js';
import { openAccess } from '../../../query-api/gateway-options.js';
import { usualPatience } from '../../../query-api/http/server.js';
import { eventually } from '../../support/eventually.js';
import { rawRequest, shakeHands } from '../support/handshake.js';
import { type RunningGateway, startGateway } from '../support/running-gateway.js';
import { World } from '../support/world.js';

describe('the share of a client', () => {
  it('is, however it is asked for, at most the burst and what has come since', () => {
    const steps = fc.array(fc.tuple(fc.nat(3_000), fc.nat(40)), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), steps, (perSecond, asked) => {
        const pace = { perSecond, burst: 2 * perSecond };
        let now = 0;
        let given = 0;
        let bucket = fullBucket(pace, now);
        for (const [pause, requests] of asked) {
          now += pause;
          for (let n = 0; n < requests; n++) {
            if (waitFor(bucket, pace, now) > 0) continue;
            bucket = take(bucket, pace, now);
            given++;
          }
          assert.ok(given <= pace.burst + (now * perSecond) / 1000 + 1e-6);
        }
        assert.equal(waitFor(bucket, pace, now + waitFor(bucket, pace, now) + 1e-6), 0);
      }),
    );
  });

  it('is each one’s own, and so many are remembered at most', () => {
    let now = 0;
    const rates = new ClientRates(1, () => now, 3);
    assert.deepEqual([rates.ask('a'), rates.ask('a'), rates.ask('a')], [0, 0, 1000]);
    assert.equal(rates.ask('b'), 0);
    now = 500;
    assert.equal(rates.ask('a'), 500);
    for (const client of ['c', 'd', 'e', 'f']) rates.ask(client);
    assert.equal(rates.size, 3);
  });

  it('may be taken ahead by what cannot be refused, and is then waited for', () => {
    let now = 0;
    const rates = new ClientRates(10, () => now);
    const waits = Array.from({ length: 40 }, () => rates.charge('a'));
    assert.deepEqual([waits[19], waits[20], waits[39]], [0, 200, 2100]);
    now = 2100;
    assert.equal(rates.ask('a'), 0);
  });

  it('is counted by the address that the outermost trusted proxy saw, and by no other that is claimed', () => {
    const peer = '192.0.2.1';
    assert.equal(clientOf(peer, '203.0.113.9', 0), peer);
    assert.equal(clientOf(peer, '203.0.113.9', 1), '203.0.113.9');
    assert.equal(clientOf(peer, '198.51.100.1, 203.0.113.9', 1), '203.0.113.9');
    assert.equal(clientOf(peer, '198.51.100.1,203.0.113.9,192.0.2.7', 2), '203.0.113.9');
    assert.equal(clientOf(peer, '203.0.113.9:4711', 1), '203.0.113.9');
    for (const rubbish of [undefined, '', 'unknown', '203.0.113.9, ', '__proto__', '1.2.3', '203.0.113.9, x'])
      assert.equal(clientOf(peer, rubbish, 1), peer, rubbish);
    assert.equal(clientOf(undefined, undefined, 0), 'unknown');
    assert.equal(clientOf('::ffff:192.0.2.1', undefined, 0), peer);
  });

  it('is one for a whole network of IPv6, where a client has addresses without end', () => {
    const name = (address: string) => clientOf(address, undefined, 0);
    assert.equal(name('2001:db8:1:2::1'), '2001:db8:1:2::/64');
    assert.equal(name('2001:0db8:0001:0002:ffff:ffff:ffff:ffff'), '2001:db8:1:2::/64');
    assert.equal(name('2001:db8::1'), '2001:db8:0:0::/64');
    assert.equal(name('::1'), '0:0:0:0::/64');
    assert.equal(name('fe80::1%eth0'), 'fe80:0:0:0::/64');
    assert.equal(clientOf('::1', '[2001:db8:1:2::9]:443', 1), '2001:db8:1:2::/64');
  });
});

describe('a gateway that limits its clients', () => {
  let gateway: RunningGateway;
  const start = async (limits: Partial<typeof noLimits>, more: Partial<typeof openAccess> = {}) => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    gateway = await startGateway(world, world.ports(), { ...openAccess, limits: { ...noLimits, ...limits }, ...more });
  };
  afterEach(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  const atOnce = <A>(ask: (n: number) => Promise<A>): Promise<readonly A[]> =>
    Promise.all(Array.from({ length: 8 }, (_, n) => ask(n)));
  const from = (client: string) => ({ 'x-forwarded-for': client });

  it('answers 429 with when to come back to who asks too often, and the others as before', async () => {
    await start({ perSecond: 1, proxies: 1 });
    const ask = (client: string, path = '/api/v1/gpus') => rawRequest(gateway.origin, path, from(client));
    const answers = await atOnce(() => ask('203.0.113.1'));
    assert.ok(answers.some(({ status }) => status === 200));
    const { headers, text } = answers.find(({ status }) => status === 429)!;
    const problem = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual([problem['status'], problem['code'], problem['success']], [429, 'too-many-requests', false]);
    assert.match(String(headers['content-type']), /^application\/problem\+json/);
    assert.equal(headers['retry-after'], '1');
    assert.equal((await ask('203.0.113.2')).status, 200);
    for (const path of ['/graphql?query=%7Bclusters%7Bid%7D%7D', '/', '/swagger/', '/metrics/gpu', '/nowhere']) {
      const client = `203.0.113.${path.length + 10}`;
      const statuses = (await atOnce(() => ask(client, path))).map(({ status }) => status);
      assert.ok(statuses.includes(429), path);
    }
  });

  it('answers probes however often they are asked', async () => {
    await start({ perSecond: 1 });
    for (let n = 0; n < 5; n++)
      for (const path of ['/livez', '/readyz', '/health', '/metrics'])
        assert.equal((await fetch(`${gateway.origin}${path}`)).status, 200, path);
  });

  it('gives nobody a share of his own for a header that no proxy has written', async () => {
    await start({ perSecond: 1 });
    const answers = await atOnce((n) => rawRequest(gateway.origin, '/api/v1/gpus', from(`203.0.113.${n}`)));
    assert.ok(answers.some(({ status }) => status === 429));
  });

  it('counts guesses of a token too, by requests and by handshakes', async () => {
    await start({ perSecond: 1, proxies: 1 }, { readTokens: ['the token'] });
    const guess = (n: number) => ({ authorization: `Bearer ${n}` });
    const ask = (n: number) => rawRequest(gateway.origin, '/api/v1/gpus', { ...guess(n), ...from('203.0.113.1') });
    const shake = (n: number) => shakeHands(gateway.origin, '/ws', { ...guess(n), ...from('203.0.113.2') });
    for (const answers of [await atOnce(ask), await atOnce(shake)])
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([401, 429]));
  });

  it('reads a flood of messages no faster than a client may send, loses none, and answers the others', async () => {
    await start({ perSecond: 50, proxies: 1 });
    const url = `${gateway.origin.replace('http', 'ws')}/ws`;
    const flooding = new WebSocket(url, { headers: from('203.0.113.1') });
    let pongs = 0;
    flooding.on('message', () => pongs++);
    await new Promise((resolve, reject) => flooding.once('open', resolve).once('error', reject));
    const began = performance.now();
    let messages = 0;
    const flood = (): void => {
      for (const end = messages + 200; messages < end; messages++) flooding.send('{"type":"ping"}');
    };
    flood();
    assert.equal((await rawRequest(gateway.origin, '/api/v1/gpus', from('203.0.113.2'))).status, 200);
    // There is room for one request whenever the next message could be read and has not been.
    await eventually('who floods is refused', async () => {
      const { status } = await rawRequest(gateway.origin, '/api/v1/gpus', from('203.0.113.1'));
      if (status !== 429) flood();
      return status === 429;
    });
    flooding.send('{"type":"ping"}');
    await eventually('each was answered', () => pongs === messages + 1);
    const tookMs = performance.now() - began;
    // The burst is 100: the rest came at 50 a second.
    assert.ok(tookMs >= (messages - 100) * 20, `${messages} messages took ${tookMs} ms`);
    flooding.terminate();
  });

  /** Whether a connection is kept: it is answered. */
  const opened = (): Promise<{ readonly socket: Socket; readonly kept: boolean }> =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(gateway.origin).port), '127.0.0.1');
      const over = (kept: boolean) => resolve({ socket, kept });
      socket.on('error', () => over(false)).once('close', () => over(false));
      socket.once('data', () => over(true));
      socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    });

  it('cuts connections beyond those that one client may have, and takes new ones when others have ended', async () => {
    await start({ connections: 3 });
    const all = [];
    for (let n = 0; n < 5; n++) all.push(await opened());
    assert.deepEqual(
      all.map(({ kept }) => kept),
      [true, true, true, false, false],
    );
    all[0]!.socket.destroy();
    await eventually('there is room again', async () => {
      const { socket, kept } = await opened();
      socket.destroy();
      return kept;
    });
    for (const { socket } of all) socket.destroy();
  });

  it('counts the WebSockets of each client behind a proxy, whose connections carry many', async () => {
    await start({ connections: 2, proxies: 1 });
    const url = `${gateway.origin.replace('http', 'ws')}/ws`;
    const open = async (client: string) => {
      const socket = new WebSocket(url, { headers: from(client) });
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      return socket;
    };
    const sockets = [await open('203.0.113.1'), await open('203.0.113.1'), await open('203.0.113.2')];
    const refused = await shakeHands(gateway.origin, '/ws', from('203.0.113.1'));
    assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '1']);
    sockets[0]!.terminate();
    await eventually('there is room again', async () => {
      return (await shakeHands(gateway.origin, '/ws', from('203.0.113.1'))).status === 101;
    });
    for (const socket of sockets) socket.terminate();
  });
});

describe('clients that are slow on purpose', () => {
  let gateway: RunningGateway;
  const patience = { ...usualPatience, headersMs: 300, requestMs: 600, idleMs: 900, checkMs: 50 };

  before(async () => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    gateway = await startGateway(world, world.ports(), { ...openAccess, patience });
  });
  after(() => gateway.stop());

  /**
   * Sends a piece every so often until the gateway ends the connection; answers with what it said. That is nothing where
   * another piece was on its way just then: it resets the connection before what was said is read.
   */
  const drip = (beginning: string, piece: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(gateway.origin).port), '127.0.0.1');
      let said = '';
      socket.on('data', (data: Buffer) => (said += data.toString('utf8'))).on('error', () => undefined);
      socket.write(beginning);
      const dripping = setInterval(() => socket.write(piece), 40);
      socket.once('close', () => {
        clearInterval(dripping);
        resolve(said);
      });
    });

  /** The others are answered. One that gets no processor for so long counts as slow itself, and asks again. */
  const othersAreAnswered = () =>
    eventually('the others are answered', async () => {
      const { status } = await gateway.get('/api/v1/gpus');
      assert.ok(status === 200 || status === 408, String(status));
      return status === 200;
    });

  it('are cut off while they send headers without end, and nothing is logged of them', async () => {
    const attackers = Array.from({ length: 20 }, () => drip('GET /api/v1/gpus HTTP/1.1\r\nHost: x\r\n', 'X-A: b\r\n'));
    await othersAreAnswered();
    for (const said of await Promise.all(attackers)) assert.match(said, /^(HTTP\/1.1 408 |$)/);
    assert.deepEqual(gateway.errors, []);
  });

  it('are cut off while they send a body byte by byte, and nothing is logged of them', async () => {
    const head = [
      ...['POST /graphql HTTP/1.1', 'Host: x', 'Content-Type: application/json', 'Content-Length: 100000', '', '{'],
    ].join('\r\n');
    const attackers = Array.from({ length: 20 }, () => drip(head, 'x'));
    await othersAreAnswered();
    for (const said of await Promise.all(attackers)) assert.match(said, /^(HTTP\/1.1 408 |$)/);
    assert.deepEqual(gateway.errors, []);
  });

  it('are cut off when they send nothing, and WebSockets are not', async () => {
    const url = `${gateway.origin.replace('http', 'ws')}/ws`;
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const silent = connect(Number(new URL(gateway.origin).port), '127.0.0.1');
    silent.on('error', () => undefined).resume();
    await new Promise((resolve) => silent.once('close', resolve));
    const answered = new Promise((resolve) => socket.once('message', resolve));
    socket.send('{"type":"ping"}');
    await answered;
    socket.terminate();
  });
});
