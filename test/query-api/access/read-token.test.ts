import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { createClient } from 'graphql-ws';
import { exposed } from '../../../query-api/access/exposed.js';
import { type TokenChange } from '../../../query-api/access/tokens.js';
import { openAccess } from '../../../query-api/gateway-options.js';
import { shakeHands } from '../support/handshake.js';
import { type Reply, type RunningGateway, startGateway } from '../support/running-gateway.js';
import { World } from '../support/world.js';

const readTokens = ['read.token-1', 'read.token-2'];
const adminToken = 'admin token of tests';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const asProtocol = (token: string): string => `bearer.${Buffer.from(token).toString('base64url')}`;
const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

const reads = [
  '/api/v1/gpus',
  '/api/v1/telemetry',
  '/graphql?query=%7Bclusters%7Bid%7D%7D',
  '/metrics/gpu',
  '/swagger/swagger.json',
  '/',
  '/swagger/',
  '/modules/query-api/dashboard/browser/main.js',
  '/nowhere',
];

describe('a gateway with read tokens', () => {
  let world: World;
  let gateway: RunningGateway;

  beforeEach(async () => {
    world = new World();
    world.adminToken = adminToken;
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    gateway = await startGateway(world, world.ports(), { ...openAccess, readTokens });
  });
  afterEach(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  const refused = ({ status, headers, body }: Reply) => [status, headers.get('www-authenticate'), body['code']];
  const statusOf = async (path: string, headers: Record<string, string>) => {
    const answer = await fetch(`${gateway.origin}${path}`, { headers, redirect: 'manual' });
    await answer.body?.cancel();
    return answer.status;
  };

  it('answers nothing without one, however it is asked', async () => {
    const wrong = ['', 'read.token', 'read.token-1x', 'READ.TOKEN-1', 'read.token-1,read.token-2', 'undefined'];
    const headers = [{}, ...wrong.map(bearer), { authorization: 'Basic cmVhZC50b2tlbi0x' }, { cookie: 'x=y' }];
    for (const path of reads)
      for (const sent of headers)
        assert.deepEqual(refused(await gateway.get(path, { headers: sent })), [401, 'Bearer', 'unauthorized'], path);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])
      assert.equal((await fetch(`${gateway.origin}/api/v1/gpus`, { method })).status, 401, method);
    const post = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{clusters{id}}"}',
    };
    assert.deepEqual(refused(await gateway.get('/graphql', post)), [401, 'Bearer', 'unauthorized']);
  });

  it('takes none from the address, where proxies and histories keep it', async () => {
    const [token] = readTokens;
    const names = ['token', 'access_token', 'authorization', 'bearer', 'read_token'];
    for (const name of names) {
      assert.equal(await statusOf(`/api/v1/gpus?${name}=${token}`, {}), 401);
      assert.equal((await shakeHands(gateway.origin, `/ws?${name}=${token}`)).status, 401);
    }
  });

  it('answers everything to each of them, and to the admin token', async () => {
    for (const token of [...readTokens, adminToken])
      for (const path of reads)
        assert.equal(await statusOf(path, bearer(token)), path === '/nowhere' ? 404 : 200, `${token} ${path}`);
    const query = JSON.stringify({ query: '{ gpus { uuid } }' });
    const headers = { ...bearer('read.token-2'), 'content-type': 'application/json' };
    const { body } = await gateway.get('/graphql', { method: 'POST', headers, body: query });
    assert.deepEqual(body, { data: { gpus: [{ uuid: 'GPU-a' }] } });
  });

  it('lets nobody change anything by a token for reading', async () => {
    const reset = (token: string) =>
      gateway.get('/api/v1/projections/gpu/reset', { method: 'POST', headers: bearer(token) });
    assert.deepEqual(refused(await reset('read.token-1')), [401, 'Bearer', 'unauthorized']);
    assert.deepEqual(world.resets, []);
    assert.equal((await reset(adminToken)).status, 202);
  });

  it('answers probes and its own figures without', async () => {
    for (const path of ['/livez', '/readyz', '/health', '/metrics']) {
      assert.equal(await statusOf(path, {}), 200, path);
      assert.equal(await statusOf(path, bearer('wrong')), 200, path);
    }
    for (const path of ['/livez/', '/LIVEZ/..', '//livez', '/livez/../api/v1/gpus', '/livez%2f..%2fapi'])
      assert.equal(await statusOf(path, {}), 401, path);
  });

  it('makes no WebSocket without one, and tells nothing of which paths there are', async () => {
    for (const path of ['/ws', '/graphql', '/nowhere'])
      for (const headers of [{}, bearer('wrong'), { cookie: 'telemetry_session=1.x' }]) {
        const { status, headers: answered } = await shakeHands(gateway.origin, path, headers);
        assert.deepEqual([status, answered['www-authenticate']], [401, 'Bearer'], path);
      }
    const wrong = await shakeHands(gateway.origin, '/ws', {}, ['telemetry', asProtocol('wrong')]);
    assert.equal(wrong.status, 401);
  });

  it('makes one for the header, or for a subprotocol where a browser can give no header', async () => {
    for (const path of ['/ws', '/graphql'])
      for (const token of [...readTokens, adminToken])
        assert.equal((await shakeHands(gateway.origin, path, bearer(token), ['graphql-transport-ws'])).status, 101);
    const plain = await shakeHands(gateway.origin, '/ws', {}, [asProtocol('read.token-1'), 'telemetry']);
    assert.deepEqual([plain.status, plain.protocol], [101, 'telemetry']);
    const both = ['graphql-transport-ws', asProtocol('read.token-2')];
    const answered = await shakeHands(gateway.origin, '/graphql', {}, both);
    assert.deepEqual([answered.status, answered.protocol], [101, 'graphql-transport-ws']);
  });

  it('serves subscriptions over a WebSocket whose subprotocols carry it', async () => {
    class Carrying extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, [protocol, asProtocol('read.token-1')]);
      }
    }
    const client = createClient({
      url: `${gateway.origin.replace('http', 'ws')}/graphql`,
      webSocketImpl: Carrying,
      retryAttempts: 0,
    });
    try {
      const answers: unknown[] = [];
      for await (const answer of client.iterate({ query: '{ gpus { uuid } }' })) answers.push(answer);
      assert.deepEqual(answers, [{ data: { gpus: [{ uuid: 'GPU-a' }] } }]);
    } finally {
      await client.dispose();
    }
  });

  describe('and a browser', () => {
    const signIn = (headers: Record<string, string>) => fetch(`${gateway.origin}/session`, { method: 'POST', headers });
    const sessionOf = async (token: string) => (await signIn(bearer(token))).headers.get('set-cookie') ?? '';

    it('is given a page that asks for the token, and its files, which come from here', async () => {
      const answer = await fetch(`${gateway.origin}/`, { headers: html });
      assert.deepEqual([answer.status, answer.headers.get('cache-control')], [401, 'no-store']);
      assert.match(answer.headers.get('content-security-policy') ?? '', /script-src 'self'/);
      const page = await answer.text();
      assert.match(page, /TELEMETRY_READ_TOKEN/);
      const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);
      assert.equal(links.length, 2);
      for (const link of links) assert.equal(await statusOf(link, {}), 200, link);
    });

    it('is let run that page where it asked for an answer of the API', async () => {
      const answer = await fetch(`${gateway.origin}/api/v1/gpus`, { headers: html });
      assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
      assert.match(answer.headers.get('content-security-policy') ?? '', /script-src 'self'/);
    });

    it('gets a session for the token, which no script can read and no other site can send', async () => {
      const cookie = await sessionOf('read.token-1');
      assert.match(cookie, /; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
      assert.ok(!cookie.includes('read.token'));
      const session = { cookie: `other=1; ${cookie.split(';')[0]!}` };
      for (const path of reads.filter((one) => one !== '/nowhere'))
        assert.equal(await statusOf(path, session), 200, path);
      for (const path of ['/ws', '/graphql'])
        assert.equal((await shakeHands(gateway.origin, path, session, ['graphql-transport-ws'])).status, 101);
    });

    it('is told how by the document, whose answers those are that it gets', async () => {
      const { body } = await gateway.get('/swagger/swagger.json', { headers: bearer('read.token-1') });
      const { paths, components } = body as unknown as {
        paths: Record<string, Record<string, { responses: Record<string, { headers?: object }> }>>;
        components: { securitySchemes: Record<string, { in?: string; name?: string }> };
      };
      const ask = async (method: string, headers: Record<string, string>) => {
        const answer = await fetch(`${gateway.origin}/session`, { method, headers });
        const documented = paths['/session']![method.toLowerCase()]!.responses[String(answer.status)];
        for (const name of Object.keys(documented?.headers ?? {})) assert.ok(answer.headers.has(name), name);
        assert.ok(documented, `${method} ${answer.status}`);
        return answer.status;
      };
      assert.deepEqual([await ask('POST', bearer('read.token-1')), await ask('POST', {})], [204, 401]);
      assert.equal(await ask('DELETE', {}), 204);
      const { session } = components.securitySchemes;
      assert.deepEqual([session?.in, session?.name], ['cookie', 'telemetry_session']);
    });

    it('gets none for another token, and none for a session', async () => {
      const session = { cookie: (await sessionOf('read.token-1')).split(';')[0]! };
      for (const headers of [{}, bearer('wrong'), session]) {
        const answer = await signIn(headers);
        assert.deepEqual([answer.status, answer.headers.get('set-cookie')], [401, null]);
      }
    });

    it('is believed no session that was changed, made with another token, or is over', async () => {
      const name = 'telemetry_session=';
      const cookie = (await sessionOf('read.token-1')).split(';')[0]!.slice(name.length);
      const [until, seal] = cookie.split('.') as [string, string];
      const flipped = `${seal.slice(0, -2)}${seal.at(-2) === 'A' ? 'B' : 'A'}${seal.at(-1)!}`;
      for (const forged of [`${Number(until) + 1}.${seal}`, `${until}.${flipped}`, `${until}.`, seal, `.${seal}`, ''])
        assert.equal(await statusOf('/api/v1/gpus', { cookie: `${name}${forged}` }), 401, forged);
      const others = new World();
      const elsewhere = await startGateway(others, others.ports(), { ...openAccess, readTokens: ['another'] });
      try {
        const answer = await elsewhere.get('/api/v1/gpus', { headers: { cookie: `${name}${cookie}` } });
        assert.equal(answer.status, 401);
      } finally {
        await elsewhere.stop();
      }
      assert.equal(await statusOf('/api/v1/gpus', { cookie: `${name}${cookie}` }), 200);
      world.now = '2025-07-19T08:42:41Z';
      assert.equal(await statusOf('/api/v1/gpus', { cookie: `${name}${cookie}` }), 401);
    });

    it('may change nothing by its session, also when the admin token has opened it', async () => {
      const cookie = (await sessionOf(adminToken)).split(';')[0]!;
      const reply = await gateway.get('/api/v1/projections/gpu/reset', { method: 'POST', headers: { cookie } });
      assert.equal(reply.status, 401);
      assert.deepEqual(world.resets, []);
    });

    it('ends its session when it asks for that', async () => {
      const answer = await fetch(`${gateway.origin}/session`, { method: 'DELETE' });
      assert.equal(answer.status, 204);
      assert.match(answer.headers.get('set-cookie') ?? '', /^telemetry_session=; .*Max-Age=0/);
    });
  });
});

describe('a gateway whose tokens change', () => {
  it('takes the new ones at once, and ends what was opened with those that are gone', async () => {
    const world = new World();
    world.adminToken = adminToken;
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    let take: (change: TokenChange) => void = () => undefined;
    const followTokens = (taker: typeof take): Promise<void> => {
      take = taker;
      return Promise.resolve();
    };
    const gateway = await startGateway(world, world.ports(), { ...openAccess, readTokens, followTokens });
    const status = async (headers: Record<string, string>) => (await gateway.get('/api/v1/gpus', { headers })).status;
    const reset = async (token: string) =>
      (await gateway.get('/api/v1/projections/gpu/reset', { method: 'POST', headers: bearer(token) })).status;
    try {
      const opened = await fetch(`${gateway.origin}/session`, { method: 'POST', headers: bearer('read.token-1') });
      const session = { cookie: opened.headers.get('set-cookie')!.split(';')[0]! };
      const socket = new WebSocket(`${gateway.origin.replace('http', 'ws')}/ws`, { headers: bearer('read.token-1') });
      await once(socket, 'open');
      const closed = once(socket, 'close');
      // One more takes nothing from anybody: the WebSocket stays.
      take({ read: [...readTokens, 'third'] });
      assert.equal(await status(bearer('third')), 200);
      assert.equal(socket.readyState, WebSocket.OPEN);
      const pong = once(socket, 'message');
      socket.send('{"type":"ping"}');
      assert.equal(String((await pong)[0]), '{"type":"pong"}');

      take({ read: ['third'] });
      assert.equal((await closed)[0], 1012);
      assert.deepEqual(
        [await status(bearer('read.token-1')), await status(session), await status(bearer('third'))],
        [401, 401, 200],
      );
      assert.equal(await status(bearer(adminToken)), 200);

      take({ admin: 'another' });
      assert.deepEqual([await reset(adminToken), await reset('another')], [401, 202]);
      assert.deepEqual([await status(bearer(adminToken)), await status(bearer('another'))], [401, 200]);
    } finally {
      await gateway.stop();
    }
    assert.deepEqual(gateway.errors, []);
  });
});

describe('a gateway without read tokens', () => {
  it('answers everybody, though it has an admin token', async () => {
    const world = new World();
    world.adminToken = adminToken;
    const gateway = await startGateway(world);
    try {
      assert.equal((await gateway.get('/api/v1/gpus')).status, 200);
      assert.equal((await gateway.get('/session', { method: 'POST', headers: bearer(adminToken) })).status, 404);
      assert.equal((await shakeHands(gateway.origin, '/ws')).status, 101);
    } finally {
      await gateway.stop();
    }
  });

  it('is warned of when others can reach it', () => {
    for (const listen of ['0.0.0.0', '::', '10.1.2.3', 'gateway.example.com', '127.example.com'])
      assert.match(exposed(listen, openAccess)[0] ?? '', /TELEMETRY_READ_TOKEN/, listen);
    for (const listen of ['127.0.0.1', '127.1.2.3', '::1', 'localhost'])
      assert.deepEqual(exposed(listen, openAccess), [], listen);
    assert.deepEqual(exposed('0.0.0.0', { ...openAccess, readTokens: ['x'] }), []);
  });

  it('is warned of when the admin token is known to readers', () => {
    const warned = exposed('127.0.0.1', { ...openAccess, readTokens: ['x', 'y'] }, 'y');
    assert.deepEqual([warned.length, /^whoever may read may also change/i.test(warned[0] ?? '')], [1, true]);
    assert.deepEqual(exposed('127.0.0.1', { ...openAccess, readTokens: ['x'] }, 'y'), []);
  });
});
