import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { textFrame } from '../../query-api/ws/text-frame.js';

describe('a text frame', () => {
  let server: Server;
  let client: WebSocket;

  /** What a client reads of frames, and whether it takes them for text. */
  const readOf = async (...frames: readonly Buffer[]): Promise<readonly [string, boolean][]> => {
    const sockets = new WebSocketServer({ server });
    sockets.once('connection', (_, { socket }) => {
      for (const frame of frames) socket.write(frame);
    });
    client = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    const read: [string, boolean][] = [];
    await new Promise<void>((resolve, reject) => {
      client.once('error', reject);
      client.on('message', (data: Buffer, isBinary) => {
        if (read.push([data.toString('utf8'), !isBinary]) === frames.length) resolve();
      });
    });
    return read;
  };

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    client.terminate();
    server.close();
  });

  it('is read as it was written, whatever its length', async () => {
    const texts = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000].map((length) => 'x'.repeat(length));
    assert.deepEqual(
      await readOf(...texts.map((text) => textFrame(Buffer.from(text)))),
      texts.map((text) => [text, true]),
    );
  });

  it('holds its parts one behind the other', async () => {
    const parts = ['{"a":"', 'Größe ✓', '"}'].map((text) => Buffer.from(text, 'utf8'));
    assert.deepEqual(await readOf(textFrame(...parts)), [['{"a":"Größe ✓"}', true]]);
  });
});
