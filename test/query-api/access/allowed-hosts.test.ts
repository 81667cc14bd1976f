import assert from 'node:assert/strict';
import { allowedHosts, isAllowedHost } from '../../../query-api/access/allowed-hosts.js';
import { openAccess } from '../../../query-api/gateway-options.js';
import { rawRequest, shakeHands } from '../support/handshake.js';
import { type RunningGateway, startGateway } from '../support/running-gateway.js';
import { World } from '../support/world.js';

const own = [
  ...['localhost', 'localhost:8080', 'LOCALHOST.', 'gpus.localhost:8080', '127.0.0.1', '127.0.0.1:8080', '[::1]'],
  ...['[::1]:8080', '10.1.2.3:8080', '[fd00::7]:8080'],
];
const foreign = [
  ...['evil.example.com', 'evil.example.com:8080', 'localhost.evil.example.com', 'evillocalhost', '127.0.0.1.nip.io'],
  ...['127.0.0.1:8080.evil.com', '[::1].evil.com', '[evil.com]:8080', '127.0.0.1@evil.com', '2130706433', ' ', ''],
];

describe('the names by which a gateway is asked', () => {
  it('are its own on loopback without a token, and any where a token or the network guards it', () => {
    const hosts = allowedHosts('127.0.0.1', [], openAccess);
    for (const host of own) assert.ok(isAllowedHost(host, hosts), host);
    for (const host of foreign) assert.ok(!isAllowedHost(host, hosts), host);
    assert.ok(isAllowedHost(undefined, hosts));
    assert.equal(allowedHosts('127.0.0.1', [], { ...openAccess, readTokens: ['x'] }), undefined);
    // Pods are probed by their addresses, and asked by the names of services and ingresses.
    for (const listen of ['0.0.0.0', '::', '10.1.2.3']) assert.equal(allowedHosts(listen, [], openAccess), undefined);
  });

  it('are those too that are asked for, and those of sites that may ask', () => {
    const hosts = allowedHosts('127.0.0.1', ['gpus.example.com'], {
      ...openAccess,
      origins: ['https://grafana.example:3000'],
    });
    for (const host of [...own, 'gpus.example.com', 'GPUs.example.com:8443', 'grafana.example'])
      assert.ok(isAllowedHost(host, hosts), host);
    for (const host of [...foreign, 'a.gpus.example.com']) assert.ok(!isAllowedHost(host, hosts), host);
    assert.equal(allowedHosts('127.0.0.1', ['*'], openAccess), undefined);
    assert.equal(allowedHosts('127.0.0.1', [], { ...openAccess, origins: ['*'] }), undefined);
    const everywhere = allowedHosts('0.0.0.0', ['gpus.example.com'], { ...openAccess, readTokens: ['x'] });
    assert.deepEqual(
      ['gpus.example.com', '10.1.2.3:8080', 'evil.example.com'].map((host) => isAllowedHost(host, everywhere)),
      [true, true, false],
    );
  });

  describe('with others', () => {
    let gateway: RunningGateway;
    before(async () => {
      const world = new World();
      world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
      const hosts = allowedHosts('127.0.0.1', ['gpus.example.com'], openAccess);
      gateway = await startGateway(world, world.ports(), { ...openAccess, hosts });
    });
    after(() => gateway.stop());

    it('nothing is answered to the page whose name was led here, by no protocol', async () => {
      for (const path of ['/api/v1/gpus', '/', '/graphql?query=%7Bgpus%7Buuid%7D%7D', '/metrics/gpu', '/health']) {
        const { status, text } = await rawRequest(gateway.origin, path, { host: 'evil.example.com:8080' });
        assert.equal(status, 421, path);
        assert.doesNotMatch(text, /GPU-a|evil/);
        const right = await rawRequest(gateway.origin, path, { host: 'gpus.example.com' });
        assert.equal(right.status, 200, path);
      }
      const problem = await rawRequest(gateway.origin, '/api/v1/gpus', { host: 'evil.example.com' });
      assert.equal(problem.headers['content-type'], 'application/problem+json');
      assert.match(problem.text, /"code":"misdirected".*--allowed-host/);
    });

    it('no WebSocket is made for it, though its origin is the name that it asks', async () => {
      const as = (host: string) => ({ host, origin: `http://${host}` });
      for (const path of ['/ws', '/graphql']) {
        const made = async (host: string) =>
          (await shakeHands(gateway.origin, path, as(host), ['graphql-transport-ws'])).status;
        assert.equal(await made('evil.example.com'), 421, path);
        assert.equal(await made('gpus.example.com'), 101, path);
        assert.equal(await made(new URL(gateway.origin).host), 101, path);
      }
    });
  });
});
