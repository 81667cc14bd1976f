import assert from 'node:assert/strict';
import { get } from 'node:https';
import { connect as connectPlainly } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { openAccess } from '../../../query-api/gateway-options.js';
import { usualPatience } from '../../../query-api/http/server.js';
import { type KeyPair } from '../../../query-api/http/tls.js';
import { eventually } from '../../support/eventually.js';
import { makeCertificate } from '../../support/made-certificate.js';
import { Queue } from '../support/queue.js';
import { type RunningGateway, startGateway } from '../support/running-gateway.js';
import { World } from '../support/world.js';

const [first, second] = [makeCertificate('first'), makeCertificate('second')];

describe('a gateway with a certificate', () => {
  let gateway: RunningGateway;
  let changes: Queue<KeyPair>;

  const start = async (patience = usualPatience): Promise<void> => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    changes = new Queue();
    const tls = { keyPair: first, changes: (signal: AbortSignal) => changes.take(signal) };
    gateway = await startGateway(world, world.ports(), { ...openAccess, readTokens: ['token'], patience }, tls);
  };
  beforeEach(() => start());
  afterEach(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  const port = (): number => Number(new URL(gateway.origin).port);
  const headers = { authorization: 'Bearer token' };

  const ask = (path: string, ca: string, more: Record<string, string> = {}) =>
    new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
      const options = { ca, agent: false as const, servername: 'localhost', headers: { ...headers, ...more } };
      get(`${gateway.origin}${path}`, options, (response) => {
        let text = '';
        response.on('data', (data: Buffer) => (text += data.toString('utf8')));
        response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      }).once('error', reject);
    });

  /** A handshake, and whom the gateway says it is. */
  const shake = (options: object = {}) =>
    new Promise<{ socket: TLSSocket; peer: PeerCertificate }>((resolve, reject) => {
      const socket = connect({ port: port(), host: '127.0.0.1', ca: [first.cert, second.cert], ...options });
      socket.once('secureConnect', () => resolve({ socket, peer: socket.getPeerCertificate() })).once('error', reject);
    });

  it('answers REST and GraphQL by https, and says so', async () => {
    assert.match(gateway.origin, /^https:\/\/127\.0\.0\.1:\d+$/);
    const { status, text } = await ask('/api/v1/gpus', first.cert);
    assert.deepEqual([status, (JSON.parse(text) as { count: number }).count], [200, 1]);
    const asked = await ask('/graphql?query=%7Bgpus%7Buuid%7D%7D', first.cert);
    assert.deepEqual(JSON.parse(asked.text), { data: { gpus: [{ uuid: 'GPU-a' }] } });
    await assert.rejects(ask('/api/v1/gpus', second.cert), /self-signed certificate/);
  });

  it('makes WebSockets by wss, of both kinds', async () => {
    class Trusting extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol, { ca: first.cert, headers });
      }
    }
    const url = `${gateway.origin.replace('http', 'ws')}/graphql`;
    const client = createClient({ url, webSocketImpl: Trusting, retryAttempts: 0 });
    const answers: unknown[] = [];
    for await (const answer of client.iterate({ query: '{ gpus { uuid } }' })) answers.push(answer);
    await client.dispose();
    assert.deepEqual(answers, [{ data: { gpus: [{ uuid: 'GPU-a' }] } }]);
    const socket = new Trusting(`${gateway.origin.replace('http', 'ws')}/ws`, 'telemetry');
    const pong = new Promise((resolve, reject) =>
      socket.once('message', (data: Buffer) => resolve(data.toString('utf8'))).once('error', reject),
    );
    socket.once('open', () => socket.send('{"type":"ping"}'));
    assert.equal(await pong, '{"type":"pong"}');
    socket.terminate();
  });

  it('goes over to a new certificate without a restart; connections that there are go on', async () => {
    const before = await shake();
    assert.equal(before.peer.subject.CN, 'first');
    changes.push(second);
    await eventually('new connections have the new one', async () => {
      const { socket, peer } = await shake();
      socket.destroy();
      return peer.subject.CN === 'second';
    });
    const answered = new Promise((resolve) => before.socket.once('data', resolve));
    before.socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.match(String(await answered), /^HTTP\/1.1 200 /);
    before.socket.destroy();
  });

  it('speaks no TLS that is too old, and nothing in the clear', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    await assert.rejects(shake(old));
    const said = await new Promise<string>((resolve) => {
      const socket = connectPlainly(port(), '127.0.0.1');
      let text = '';
      socket.on('data', (data: Buffer) => (text += data.toString('latin1'))).on('error', () => undefined);
      socket.once('close', () => resolve(text));
      socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    });
    assert.doesNotMatch(said, /HTTP\/1/);
  });

  it('cuts off who begins no handshake', async () => {
    await gateway.stop();
    await start({ ...usualPatience, headersMs: 500, checkMs: 50 });
    const socket = connectPlainly(port(), '127.0.0.1');
    socket.on('error', () => undefined).resume();
    await new Promise((resolve) => socket.once('close', resolve));
  });

  it('gives sessions to browsers for https alone, and keeps them to it where it has a name', async () => {
    const session = await new Promise<string>((resolve, reject) => {
      const request = connect({ port: port(), host: '127.0.0.1', ca: first.cert });
      let text = '';
      request.on('data', (data: Buffer) => (text += data.toString('utf8'))).once('error', reject);
      request.once('close', () => resolve(text));
      request.write('POST /session HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token\r\nConnection: close\r\n\r\n');
    });
    assert.match(session, /Set-Cookie: telemetry_session=[^\r]+; HttpOnly; SameSite=Strict; Secure\r\n/);
    const named = await ask('/api/v1/gpus', first.cert, { host: 'gpus.example.com' });
    assert.equal(named.headers['strict-transport-security'], 'max-age=31536000');
    for (const host of ['localhost:8080', '127.0.0.1', '[::1]:8080'])
      assert.equal((await ask('/livez', first.cert, { host })).headers['strict-transport-security'], undefined, host);
  });
});
