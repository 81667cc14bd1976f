import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

/** More than are shown at once. */
const many = Array.from({ length: 400 }, (_, g) => ({
  ...{ uuid: `GPU-${String(g)}`, host: `h${String(g >> 3)}`, index: String(g & 7) },
  at: '2025-07-18T20:42:34Z',
}));

/** As many as there are, each another one. */
const questions = Array.from({ length: 12 }, (_, n) => `{ all${String(n)}: gpus { uuid metrics { name } } }`);

const post = (query: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query }),
});

const counts = (data: unknown): readonly number[] =>
  Object.values(data as Readonly<Record<string, readonly unknown[]>>).map(({ length }) => length);

describe('many large questions of GraphQL at a time', () => {
  let gateway: RunningGateway;
  beforeEach(async () => {
    const world = new World();
    world.append(many);
    gateway = await startGateway(world);
  });
  afterEach(() => gateway.stop());

  const areAnswered = async (): Promise<void> => {
    const replies = await Promise.all(questions.map((query) => gateway.get('/graphql', post(query))));
    for (const { status, body } of replies) assert.deepEqual([status, counts(body['data'])], [200, [many.length]]);
  };

  it('are all answered, after those of clients that went away too', async () => {
    const gone = new AbortController();
    const left = questions.map((query) =>
      fetch(`${gateway.origin}/graphql`, { ...post(`${query} # left`), signal: gone.signal }),
    );
    gone.abort();
    assert.deepEqual(new Set((await Promise.allSettled(left)).map(({ status }) => status)), new Set(['rejected']));
    await areAnswered();
    await areAnswered();
    assert.deepEqual(gateway.errors, []);
  });

  it('are all answered to one WebSocket, after one that was closed too', async () => {
    const url = `${gateway.origin.replace('http', 'ws')}/graphql`;
    const ask = async (): Promise<WebSocket> => {
      const socket = new WebSocket(url, 'graphql-transport-ws');
      await once(socket, 'open');
      socket.send('{"type":"connection_init"}');
      await once(socket, 'message');
      for (const [id, query] of questions.entries())
        socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query } }));
      return socket;
    };
    (await ask()).terminate();
    const socket = await ask();
    const found: number[] = [];
    const all = new Promise<void>((resolve) =>
      socket.on('message', (text: Buffer) => {
        const { type, payload } = JSON.parse(text.toString()) as { type: string; payload?: { data: unknown } };
        if (type === 'next') found.push(...counts(payload!.data));
        if (found.length === questions.length) resolve();
      }),
    );
    await all;
    assert.deepEqual(
      found,
      questions.map(() => many.length),
    );
    socket.close();
    await areAnswered();
    assert.deepEqual(gateway.errors, []);
  });
});
