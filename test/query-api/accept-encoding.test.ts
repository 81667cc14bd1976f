import assert from 'node:assert/strict';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

describe('codings that a client takes', () => {
  let gateway: RunningGateway;
  before(async () => {
    const world = new World();
    const gpus = Array.from({ length: 20 }, (_, n) => ({ uuid: `GPU-${String(n)}`, at: '2025-07-18T20:42:34Z' }));
    world.append(gpus);
    gateway = await startGateway(world);
  });
  after(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  const asked = async (path: string, accepted: string) => {
    const answer = await fetch(`${gateway.origin}${path}`, { headers: { 'accept-encoding': accepted } });
    return { status: answer.status, coding: answer.headers.get('content-encoding'), text: await answer.text() };
  };

  it('Q3: a client that takes none that there is, nor an answer as it is, gets it as it is', async () => {
    for (const path of ['/api/v1/gpus', '/api/v1/telemetry', '/metrics', '/swagger/swagger.json']) {
      const usual = await asked(path, 'gzip');
      assert.deepEqual([usual.status, usual.coding], [200, 'gzip'], path);
      for (const none of ['identity;q=0', '*;q=0', 'gzip;q=0, identity;q=0', 'br, identity;q=0']) {
        const { status, coding, text } = await asked(path, none);
        assert.deepEqual([status, coding], [200, null], `${path} with ${none}`);
        if (path !== '/metrics') assert.equal(text, usual.text);
      }
    }
  });
});
