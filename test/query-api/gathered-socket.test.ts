import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { WebSocket, WebSocketServer } from 'ws';
import { Departures } from '../../query-api/ws/departures.js';
import { GatheredSocket } from '../../query-api/ws/gathered-socket.js';
import { textFrame } from '../../query-api/ws/text-frame.js';

describe('a gathered socket', () => {
  let server: Server;
  let sockets: WebSocketServer;
  let client: WebSocket;
  let gathered: GatheredSocket;
  let read: string[];

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    sockets = new WebSocketServer({ server });
    const departures = new Departures();
    const accepted = new Promise<void>((resolve) =>
      sockets.once('connection', (socket, request) => {
        gathered = new GatheredSocket(socket, request.socket, departures);
        resolve();
      }),
    );
    client = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    read = [];
    client.on('message', (data: Buffer) => read.push(data.toString('utf8')));
    await Promise.all([accepted, once(client, 'open')]);
  });
  afterEach(() => {
    client.terminate();
    sockets.close();
    server.close();
  });

  const update = (text: string): unknown => gathered.sendFrame(textFrame(Buffer.from(text)));
  const closed = async (): Promise<number> => {
    gathered.socket.close(1000);
    const [code] = (await once(client, 'close')) as [number];
    return code;
  };

  it('Q4: sends updates and answers in the order in which they were given, in one turn or in several', async () => {
    const kinds = fc.constantFrom('update', 'large', 'answer', 'turn');
    const sent: string[] = [];
    await fc.assert(
      fc.asyncProperty(fc.array(kinds, { maxLength: 60 }), async (moves) => {
        const from = sent.length;
        for (const [n, kind] of moves.entries()) {
          const text = `${String(n)} ${kind} ${'x'.repeat(kind === 'large' ? 40_000 : 0)}`;
          if (kind === 'turn') await new Promise(setImmediate);
          else {
            sent.push(text);
            if (kind === 'answer') void gathered.send(text);
            else update(text);
          }
        }
        sent.push('last');
        void gathered.send('last');
        while (read.length < sent.length) await once(client, 'message');
        assert.deepEqual(read.slice(from), sent.slice(from));
      }),
      { numRuns: 30 },
    );
    assert.equal(await closed(), 1000);
  });

  it('Q4: an answer leaves before the closing frame, and nothing leaves behind it', async () => {
    update('first');
    void gathered.send('answer');
    update('resumed');
    assert.equal(await closed(), 1000);
    assert.deepEqual(read, ['first', 'answer']);
  });

  it('Q5: counts what has been gathered: there is no room behind it for more than may be on its way', async () => {
    const large = 'x'.repeat(40_000);
    update(large);
    assert.deepEqual([gathered.hasRoom, gathered.unread > 40_000], [true, true]);
    update(large);
    assert.equal(gathered.hasRoom, false);
    await update('waited for');
    assert.deepEqual([gathered.hasRoom, gathered.unread], [true, 0]);
    while (read.length < 3) await once(client, 'message');
    assert.equal(read.at(-1), 'waited for');
  });
});
