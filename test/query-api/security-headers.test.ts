import assert from 'node:assert/strict';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

describe('what browsers are told of answers', () => {
  let world: World;
  let gateway: RunningGateway;

  beforeEach(async () => {
    world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    gateway = await startGateway(world);
  });
  afterEach(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  const told = async (path: string) => {
    const { headers } = await fetch(`${gateway.origin}${path}`);
    return (name: string) => headers.get(name);
  };

  it('those to programs are no pages, are not framed and ask for nothing', async () => {
    for (const path of ['/api/v1/gpus', '/api/v1/gpus', '/api/v1/gpus/GPU-none', '/api/v1/nothing']) {
      const header = await told(path);
      assert.equal(header('content-security-policy'), "default-src 'none';frame-ancestors 'none'", path);
      assert.equal(header('x-content-type-options'), 'nosniff', path);
      assert.equal(header('x-frame-options'), 'DENY', path);
      assert.equal(header('cross-origin-resource-policy'), 'same-origin', path);
      assert.equal(header('referrer-policy'), null, path);
    }
  });

  it('pages and their files come from this server, and ask nobody else', async () => {
    for (const path of ['/swagger/', '/swagger/boot.js', '/dashboard/page.css']) {
      const header = await told(path);
      assert.match(header('content-security-policy') ?? '', /default-src 'self'.*script-src 'self'/, path);
      assert.equal(header('x-content-type-options'), 'nosniff', path);
      assert.equal(header('referrer-policy'), 'no-referrer', path);
    }
  });
});
