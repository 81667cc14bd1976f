import assert from 'node:assert/strict';
import { openAccess } from '../../../query-api/gateway-options.js';
import { rawRequest, shakeHands } from '../support/handshake.js';
import { type RunningGateway, startGateway } from '../support/running-gateway.js';
import { World } from '../support/world.js';

const listed = 'https://dashboards.example.com';
const foreign = [
  ...['https://evil.example.com', 'http://dashboards.example.com', 'https://dashboards.example.com:8443'],
  ...['https://dashboards.example.com.evil.com', 'https://evildashboards.example.com', 'null', '', 'file://', '*'],
];

describe('pages of other sites', () => {
  let gateway: RunningGateway;
  const start = async (origins: readonly string[], readTokens: readonly string[] = []) => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    gateway = await startGateway(world, world.ports(), { ...openAccess, origins, readTokens });
  };
  afterEach(() => gateway.stop());

  const allowedTo = async (origin: string, path = '/api/v1/gpus') =>
    (await rawRequest(gateway.origin, path, { origin })).headers['access-control-allow-origin'];
  const preflight = (origin: string, method = 'POST') =>
    rawRequest(
      gateway.origin,
      '/graphql',
      {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization, content-type',
      },
      'OPTIONS',
    );

  it('read no answer and make no WebSocket where none is listed', async () => {
    await start([]);
    for (const origin of [listed, ...foreign]) {
      assert.equal(await allowedTo(origin), undefined, origin);
      const { headers } = await preflight(origin);
      assert.equal(headers['access-control-allow-origin'], undefined, origin);
      for (const path of ['/ws', '/graphql'])
        assert.equal((await shakeHands(gateway.origin, path, { origin })).status, 403, `${path} ${origin}`);
    }
  });

  it('read answers and make WebSockets when they are listed, and only then', async () => {
    await start([listed]);
    const { headers } = await rawRequest(gateway.origin, '/api/v1/gpus', { origin: listed });
    assert.deepEqual(
      [headers['access-control-allow-origin'], headers['vary']?.toString().includes('Origin')],
      [listed, true],
    );
    assert.equal(headers['access-control-allow-credentials'], undefined);
    assert.match(String(headers['access-control-expose-headers']), /x-telemetry-revision/);
    const asked = await preflight(listed);
    assert.deepEqual([asked.status, asked.headers['access-control-allow-origin']], [204, listed]);
    assert.equal(asked.headers['access-control-allow-headers'], 'authorization, content-type');
    assert.equal((await shakeHands(gateway.origin, '/ws', { origin: listed })).status, 101);
    for (const origin of foreign) {
      assert.equal(await allowedTo(origin), undefined, origin);
      assert.equal((await shakeHands(gateway.origin, '/ws', { origin })).status, 403, origin);
    }
  });

  it('may all ask where every site is listed', async () => {
    await start(['*']);
    for (const origin of [listed, ...foreign.filter(Boolean)]) {
      assert.equal(await allowedTo(origin), '*', origin);
      assert.equal((await shakeHands(gateway.origin, '/ws', { origin })).status, 101, origin);
    }
  });

  it('also read why they were refused, when they are listed: 401 of a token, 404', async () => {
    await start([listed], ['token']);
    assert.equal(await allowedTo(listed), listed);
    assert.equal((await preflight(listed)).status, 204);
    assert.equal(await allowedTo(listed, '/nowhere'), listed);
  });

  it('need the token for a WebSocket beside being listed', async () => {
    await start([listed], ['token']);
    const authorization = 'Bearer token';
    const statusOf = async (headers: Record<string, string>) =>
      (await shakeHands(gateway.origin, '/ws', headers)).status;
    assert.equal(await statusOf({ origin: listed }), 401);
    assert.equal(await statusOf({ origin: listed, authorization }), 101);
    assert.equal(await statusOf({ origin: foreign[0]!, authorization }), 403);
  });

  it('are told from the pages of the gateway, whatever name it is reached by', async () => {
    await start([]);
    for (const host of ['gpus.example.com', 'gpus.example.com:8080', 'GPUs.example.com', '[::1]:8080']) {
      const own = { origin: `https://${host.toLowerCase()}`, host };
      assert.equal((await shakeHands(gateway.origin, '/ws', own)).status, 101, host);
      const other = { origin: 'https://evil.example.com', host };
      assert.equal((await shakeHands(gateway.origin, '/ws', other)).status, 403, host);
    }
    const port = new URL(gateway.origin).port;
    assert.equal((await shakeHands(gateway.origin, '/ws', { origin: `http://127.0.0.1:${port}` })).status, 101);
    assert.equal(
      (await shakeHands(gateway.origin, '/ws', { origin: `http://127.0.0.1:${Number(port) + 1}` })).status,
      403,
    );
    assert.equal((await shakeHands(gateway.origin, '/ws', { origin: `http://localhost:${port}` })).status, 403);
  });
});
