import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { isKnown } from '../../query-api/access/bearer.js';
import { openAccess } from '../../query-api/gateway-options.js';
import { type RunningGateway, startGateway } from '../query-api/support/running-gateway.js';
import { World } from '../query-api/support/world.js';
import { eventually } from '../support/eventually.js';

const readTokens = ['read-me-7d1f'];
const authorization = `Bearer ${readTokens[0]!}`;
const evilHost = 'h"} 1\nevil_metric{a="b"} 666\n# ';
const evilLabels = 'job="dcgm",__proto__="polluted",constructor="polluted",x="a\\nb"';

/* Attacks that no test of a part tries: each is carried out, and the gateway goes on answering the others. */
describe('attacks on a gateway', () => {
  let gateway: RunningGateway;
  before(async () => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z', value: 1, host: evilHost, labels: evilLabels }]);
    gateway = await startGateway(world, world.ports(), { ...openAccess, readTokens });
  });
  after(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });
  afterEach(async () => {
    assert.equal((await gateway.get('/api/v1/gpus', { headers: { authorization } })).status, 200);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  /** Sends bytes as they are, and gives what came until the connection ended. */
  const raw = (...pieces: readonly string[]): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(gateway.origin).port), '127.0.0.1');
      let said = '';
      socket.on('data', (data: Buffer) => (said += data.toString('latin1'))).on('error', () => undefined);
      socket.once('close', () => resolve(said));
      for (const piece of pieces) socket.write(piece);
    });
  const get = (path: string, ...headers: readonly string[]): Promise<string> =>
    raw([`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers, '', ''].join('\r\n'));
  const allowed = `Authorization: ${authorization}`;
  const statusOf = (said: string): string => said.slice(9, 12);

  const graphql = async (body: string) =>
    gateway.get('/graphql', { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body });
  const ask = (query: string) => graphql(JSON.stringify({ query }));

  const open = async (path: string, protocol: string): Promise<WebSocket> => {
    const socket = new WebSocket(`${gateway.origin.replace('http', 'ws')}${path}`, protocol, {
      headers: { authorization },
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return socket;
  };
  const closed = (socket: WebSocket): Promise<number> =>
    new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));

  it('path traversal: no file is reached but those that pages ask for', async () => {
    const bases = ['/swagger/', '/graphiql/', '/dashboard/', '/modules/query-api/dashboard/browser/', '/session/', '/'];
    const ways = [
      '../package.json',
      '..%2fpackage.json',
      '%2e%2e/package.json',
      '..\\package.json',
      '....//package.json',
    ];
    const more = ['../../../../../../etc/passwd', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', 'package.json', '%00', 'a%00.css'];
    for (const base of bases)
      for (const way of [...ways, ...more]) {
        const said = await get(`${base}${way}`, allowed);
        assert.match(statusOf(said), /^40[04]$/, `${base}${way}: ${said.slice(0, 200)}`);
        assert.doesNotMatch(said, /"dependencies"|root:/);
      }
  });

  it('header pollution: a second header changes nothing, and what is ambiguous is refused', async () => {
    const wrong = 'Authorization: Bearer wrong';
    assert.equal(statusOf(await get('/api/v1/gpus', wrong, allowed)), '401');
    assert.equal(statusOf(await get('/api/v1/gpus', 'X-Original-URL: /livez', 'X-Rewrite-URL: /livez')), '401');
    assert.equal(statusOf(await get('/api/v1/gpus', 'X-HTTP-Method-Override: OPTIONS')), '401');
    const post = 'POST /graphql HTTP/1.1\r\nHost: x\r\n';
    const smuggled = '0\r\n\r\nGET /api/v1/gpus HTTP/1.1\r\nHost: x\r\n\r\n';
    for (const headers of [
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
      'Content-Length: 5\r\nContent-Length: 6\r\n\r\n',
      'Transfer-Encoding: chunked, identity\r\n\r\n',
    ]) {
      const said = await raw(post, headers, smuggled);
      assert.deepEqual(said.match(/HTTP\/1.1 \d+/g), ['HTTP/1.1 400'], headers);
    }
    assert.equal(statusOf(await get('/livez', `X-Large: ${'a'.repeat(40_000)}`)), '431');
  });

  it('parameter pollution: a parameter that comes twice, as a list or as an object is refused', async () => {
    for (const query of ['limit=1&limit=2', 'hostname[]=a', 'hostname[a]=b', '__proto__[polluted]=1', 'constructor=1'])
      assert.equal(statusOf(await get(`/api/v1/gpus?${query}`, allowed)), '400', query);
  });

  it('oversized bodies: one that never ends is refused when it is too large', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const said = await raw(
      `POST /graphql HTTP/1.1\r\nHost: x\r\n${allowed}\r\nContent-Type: application/json\r\n`,
      'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n',
      ...Array.from({ length: 20 }, () => chunk),
    );
    assert.equal(statusOf(said), '413');
  });

  it('compression bombs: a body that is small until it is unpacked is refused when it is too large', async () => {
    const body = gzipSync(Buffer.alloc(64 << 20, ' '));
    for (const encoding of ['gzip', 'deflate', 'br', 'gzip, gzip']) {
      const headers = { authorization, 'content-type': 'application/json', 'content-encoding': encoding };
      const before = process.memoryUsage().arrayBuffers;
      const { status } = await gateway.get('/graphql', { method: 'POST', headers, body });
      assert.ok([400, 413, 415].includes(status), `${encoding}: ${String(status)}`);
      assert.ok(process.memoryUsage().arrayBuffers - before < 32 << 20, encoding);
    }
  });

  it('wide and deep GraphQL: aliases, fragments, directives and introspection are bounded', async () => {
    const many = (n: number, piece: (i: number) => string) => Array.from({ length: n }, (_, i) => piece(i)).join(' ');
    const attacks = {
      aliases: `{ ${many(1_500, (i) => `a${i}: gpus { uuid }`)} }`,
      'aliases of one value': `{ gpus { ${many(3_000, (i) => `a${i}: uuid`)} } }`,
      directives: `{ gpus { uuid ${'@skip(if: false) '.repeat(1_500)} } }`,
      'fragments in circles': '{ gpus { ...a } } fragment a on Gpu { ...b } fragment b on Gpu { ...a }',
      'fragments that double': `{ gpus { ...f0 } } ${many(12, (i) => `fragment f${i} on Gpu { x${i}: uuid ...f${i + 1} ...f${i + 1} }`)} fragment f12 on Gpu { uuid }`,
      'deep introspection': `{ __schema { types ${'{ fields { type '.repeat(12)} { name } ${'} }'.repeat(12)} } }`,
      'deep text': '{'.repeat(50_000),
      'deep values': `{ gpus(hostname: ${'['.repeat(5_000)}${']'.repeat(5_000)}) { uuid } }`,
    };
    for (const [name, query] of Object.entries(attacks)) {
      const { status, body } = await ask(query);
      assert.ok(status < 500, `${name}: ${status}`);
      assert.ok(body['errors'], name);
      assert.equal(body['data'] ?? undefined, undefined, name);
    }
  });

  it('batched queries: an array of them is not run', async () => {
    const one = { query: '{ gpus { uuid } }' };
    const { status, body } = await graphql(JSON.stringify(Array.from({ length: 1_000 }, () => one)));
    assert.equal(status, 400);
    assert.equal(body['data'], undefined);
  });

  it('prototype pollution: names of prototypes in JSON and labels are names like others', async () => {
    const bodies = [
      '{"query":"{ gpus { uuid } }","__proto__":{"polluted":1}}',
      '{"query":"query ($h: String) { gpus(hostname: $h) { uuid } }","variables":{"__proto__":{"polluted":1},"h":"x"}}',
      '{"query":"{ gpus { uuid } }","extensions":{"constructor":{"prototype":{"polluted":1}}}}',
      '{"query":"query constructor { gpus { uuid } }","operationName":"constructor"}',
    ];
    for (const body of bodies) assert.equal((await graphql(body)).status, 200, body);
    assert.ok((await graphql('{"query":"{ gpus { uuid } }","operationName":"__proto__"}')).body['errors']);
    const socket = await open('/ws', 'telemetry');
    const answers: string[] = [];
    socket.on('message', (data: Buffer) => answers.push(data.toString('utf8')));
    socket.send('{"type":"subscribe","id":"__proto__","topic":"telemetry","filters":{"__proto__":{"polluted":1}}}');
    socket.send('{"__proto__":{"type":"ping"},"type":"constructor"}');
    socket.send('{"type":"unsubscribe","id":"__proto__"}');
    socket.send('{"type":"ping","id":"last"}');
    await eventually('all are answered', () => answers.some((text) => text.includes('"last"')));
    socket.terminate();
    const { body } = await gateway.get('/api/v1/gpus/GPU-a', { headers: { authorization } });
    const { labels } = body['data'] as { labels: Record<string, unknown> };
    assert.deepEqual(Object.keys(labels).sort(), ['__proto__', 'constructor', 'job', 'x']);
  });

  it('long values: what is almost right for long is refused as quickly as any other', async () => {
    const long = (piece: string) => piece.repeat(Math.floor(12_000 / piece.length));
    const values = [
      long('a'),
      long('0'),
      long('9.'),
      long('2025-07-18T'),
      long(','),
      long('%20'),
      long('-'),
      long('1h'),
    ];
    const names = [
      'start_time',
      'end_time',
      'step',
      'limit',
      'cursor',
      'metrics',
      'min_revision',
      'gpu_uuid',
      'hostname',
    ];
    for (const name of names)
      for (const value of values) {
        const status = statusOf(await get(`/api/v1/telemetry?${name}=${value}!`, allowed));
        assert.match(status, /^(200|400)$/, `${name}=${value.slice(0, 12)}`);
      }
    assert.equal(statusOf(await get('/api/v1/gpus', `Authorization: Bearer${' '.repeat(12_000)}\t`)), '401');
    assert.equal(statusOf(await get('/api/v1/gpus', `Cookie: telemetry_session=${'1'.repeat(12_000)}.`)), '401');
    const socket = await open('/ws', 'telemetry');
    const answers: string[] = [];
    socket.on('message', (data: Buffer) => answers.push(data.toString('utf8')));
    for (const name of ['gpu_uuid', 'hostname', 'cluster_id'])
      socket.send(JSON.stringify({ type: 'subscribe', topic: 'telemetry', filters: { [name]: 'a'.repeat(60_000) } }));
    socket.send('{"type":"ping"}');
    await eventually('all are answered', () => answers.includes('{"type":"pong"}'));
    socket.terminate();
  });

  it('timing of token checks: a guess that is right up to its end takes no longer than one that is wrong at once', () => {
    const token = 'a'.repeat(1 << 20);
    const [early, late] = [`b${token.slice(1)}`, `${token.slice(1)}b`];
    const clocked = (check: () => unknown): number => {
      const from = process.hrtime.bigint();
      check();
      return Number(process.hrtime.bigint() - from);
    };
    /** How much longer the late guess takes, each at its quickest of many turns: what else runs only makes them slower. */
    const ratio = (check: (guess: string) => unknown): number => {
      const [first, last] = [[] as number[], [] as number[]];
      for (let turn = 0; turn < 60; turn++) {
        first.push(clocked(() => check(early)));
        last.push(clocked(() => check(late)));
      }
      return Math.min(...last) / Math.min(...first);
    };
    const naive = (guess: string): boolean => {
      for (let at = 0; at < token.length; at++) if (guess.charCodeAt(at) !== token.charCodeAt(at)) return false;
      return guess.length === token.length;
    };
    const [told, safe] = [ratio(naive), ratio((guess) => isKnown(guess, ['c', token]))];
    console.log(`      a naive check takes ${told.toFixed(0)} times as long, this one ${safe.toFixed(2)} times`);
    assert.ok(told > 10, 'a check that tells is seen to tell');
    assert.ok(safe > 0.33 && safe < 3, String(safe));
    assert.equal(isKnown(token, ['c', token]), true);
  });

  it('injection by names: what a host is called breaks out of no line of Prometheus', async () => {
    const text = await (await fetch(`${gateway.origin}/metrics/gpu`, { headers: { authorization } })).text();
    assert.match(text, /Hostname="h\\"} 1\\nevil_metric\{a=\\"b\\"} 666\\n# "/);
    assert.doesNotMatch(text, /^evil_metric/m);
  });

  it('secrets: no refusal gives back what was sent to be let in, nor the inside of the gateway', async () => {
    const secret = 'hunter2-guess';
    const basic = Buffer.from(`x:${secret}`).toString('base64');
    const answers = await Promise.all([
      get('/api/v1/gpus', `Authorization: Bearer ${secret}`),
      get('/', 'Accept: text/html', `Authorization: Bearer ${secret}`),
      get('/api/v1/gpus', `Authorization: Basic ${basic}`),
      get('/api/v1/gpus', `Cookie: telemetry_session=${secret}`),
      raw(`POST /session HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${secret}\r\n\r\n`),
      raw(`POST /api/v1/projections/gpu/reset HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${allowed}\r\n\r\n`),
    ]);
    for (const said of answers) {
      assert.match(statusOf(said), /^40[13]$/);
      assert.doesNotMatch(said, /hunter2|read-me|node_modules|\bat .*\.js:\d+/);
      assert.ok(!said.includes(basic));
    }
  });

  it('messages that are too large close the WebSocket they came by, and no other', async () => {
    const [plain, other] = [await open('/ws', 'telemetry'), await open('/ws', 'telemetry')];
    const spoken = await open('/graphql', 'graphql-transport-ws');
    const codes = [closed(plain), closed(spoken)];
    plain.send('x'.repeat(70_000));
    spoken.send('x'.repeat(300_000));
    assert.deepEqual(await Promise.all(codes), [1009, 1009]);
    const pong = new Promise((resolve) => other.once('message', resolve));
    other.send('{"type":"ping"}');
    await pong;
    other.terminate();
  });

  it('a WebSocket that says nothing of itself is closed before it costs anything', async () => {
    const socket = await open('/graphql', 'graphql-transport-ws');
    const code = closed(socket);
    socket.send('{"id":"1","type":"subscribe","payload":{"query":"{ gpus { uuid } }"}}');
    assert.equal(await code, 4401);
    const other = await open('/graphql', 'another-protocol').catch(() => undefined);
    if (other) assert.equal(await closed(other), 4406);
  });
});
