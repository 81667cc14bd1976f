import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { openAccess } from '../../query-api/gateway-options.js';
import { type KeyPair } from '../../query-api/http/tls.js';
import { eventually } from '../support/eventually.js';
import { makeCertificate } from '../support/made-certificate.js';
import { Queue } from './support/queue.js';
import { startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

/** As Java's own client and `curl --http2` ask for HTTP/2, over a connection without TLS. */
const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n';
const query = '{"query":"{ gpus { uuid } }"}';
const post = `POST /graphql HTTP/1.1\r\nHost: localhost\r\n${offer}Content-Type: application/json\r\nContent-Length: ${String(query.length)}\r\n\r\n`;
const get = (path: string, headers = offer): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;

const world = new World();
world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);

const listening = (socket: Socket) => {
  let said = '';
  socket.on('data', (data: Buffer) => (said += data.toString('latin1'))).on('error', () => undefined);
  return {
    send: (text: string) => void socket.write(text),
    /** Resolves when so many answers have come, of which each bears the mark of what was asked for. */
    answers: async (marks: readonly string[]) => {
      const every = new RegExp(marks.map((mark) => `HTTP/1\\.1 200 OK[^]*?${mark}`).join('[^]*?'));
      await eventually(`an answer for each of ${marks.join(', ')}`, () => every.test(said));
    },
    end: () => void socket.destroy(),
  };
};

describe('other protocols than WebSocket, to which a client would change', () => {
  it('Q3: are passed over: every request on the connection is answered as one that offers nothing', async () => {
    // One connection at a time: that it goes on with another request does not make it two.
    const limits = { ...openAccess.limits, connections: 1 };
    const gateway = await startGateway(world, world.ports(), { ...openAccess, limits });
    const { send, answers, end } = listening(connect(Number(new URL(gateway.origin).port), '127.0.0.1'));
    send(get('/api/v1/gpus'));
    await answers(['"count":1']);
    send(`${post}${query.slice(0, 5)}`);
    send(query.slice(5));
    await answers(['"count":1', '"data":\\{"gpus"']);
    // At once, before the first of them is answered.
    send(`${get('/api/v1/clusters', '')}${get('/livez', '')}${get('/api/v1/hosts')}${get('/readyz')}`);
    const more = ['"host_count":1', '"status":"ok"', '"gpu_count":1', '"status":"ready"'];
    await answers(['"count":1', '"data":\\{"gpus"', ...more]);
    end();
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  it('Q3: are passed over by https, too', async () => {
    const pair = makeCertificate('first');
    const changes = (signal: AbortSignal) => new Queue<KeyPair>().take(signal);
    const gateway = await startGateway(world, world.ports(), openAccess, { keyPair: pair, changes });
    const port = Number(new URL(gateway.origin).port);
    const { send, answers, end } = listening(
      connectSecurely({ port, host: '127.0.0.1', ca: [pair.cert], servername: 'localhost' }),
    );
    send(`${post}${query}`);
    await answers(['"data":\\{"gpus"']);
    end();
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });
});
