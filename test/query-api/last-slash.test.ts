import assert from 'node:assert/strict';
import { shakeHands } from './support/handshake.js';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

describe('an address of the API with a slash at its end', () => {
  let gateway: RunningGateway;

  before(async () => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    gateway = await startGateway(world);
  });
  after(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  it('is answered as without: REST, GraphQL and its page, WebSockets and what asks for them plainly', async () => {
    const both = (path: string) => [path, `${path}/`, `${path}/?a=b`];
    for (const path of ['/api/v1/gpus', '/api/v1/gpus/', '/api/v1/gpus/?limit=1'])
      assert.equal((await gateway.get(path)).body['count'], 1, path);
    for (const path of both('/graphql')) {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ query: '{ gpus { uuid } }' });
      const asked = await gateway.get(path, { method: 'POST', headers, body });
      assert.deepEqual([asked.status, asked.body], [200, { data: { gpus: [{ uuid: 'GPU-a' }] } }], path);
      const page = await fetch(`${gateway.origin}${path}`, { headers: { accept: 'text/html' } });
      assert.match(await page.text(), /<div id="graphiql">/, path);
      assert.equal((await shakeHands(gateway.origin, path, {}, ['graphql-transport-ws'])).status, 101, path);
    }
    for (const path of both('/ws')) {
      assert.equal((await gateway.get(path)).status, 426, path);
      assert.equal((await shakeHands(gateway.origin, path)).status, 101, path);
    }
    const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
    assert.match(metrics, /telemetry_http_requests_total\{method="POST",route="\/graphql",status="200"\} 3/);
  });

  it('is nothing where there is nothing without it, nor with two', async () => {
    for (const path of ['/nothing/', '/graphql//', '/ws//', '/api/v1/gpus//'])
      assert.equal((await gateway.get(path)).status, 404, path);
    for (const path of ['/', '//', '/nothing/', '/ws//', '/graphql/ws'])
      assert.equal((await shakeHands(gateway.origin, path)).status, 404, path);
  });

  it('Q1: is nothing in other letters, which would be answered unmarked where answers are old', async () => {
    for (const path of ['/API/v1/gpus', '/api/V1/gpus', '/Swagger/', '/LIVEZ', '/GraphQL', '/WS'])
      assert.equal((await gateway.get(path)).status, 404, path);
  });
});
