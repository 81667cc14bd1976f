import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { WebSocket, WebSocketServer } from 'ws';
import { type Lane, type Partition, type Sequence } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type Revision } from '../../domain/revision.js';
import { encodeSegment } from '../../domain/segment/encode.js';
import { printLiveCursor } from '../../query-api/live/live-cursor.js';
import { LiveFeed } from '../../query-api/live/live-feed.js';
import { type Gateway } from '../../query-api/queries/gateway.js';
import { Departures } from '../../query-api/ws/departures.js';
import { GatheredSocket } from '../../query-api/ws/gathered-socket.js';
import { WsSubscription } from '../../query-api/ws/ws-subscription.js';
import { full } from '../support/full-counts.js';
import { segmentOf } from './support/made-rows.js';

const identity = { log_id: 'test-log', epoch: 0, partitions: 4, format: 1 } as LogIdentity;

/** What can have become of a socket while its subscription is told of more. */
const fates: Readonly<Record<string, (socket: WebSocket, wire: IncomingMessage['socket']) => void>> = {
  closes: (socket) => socket.close(1000),
  terminated: (socket) => socket.terminate(),
  destroyed: (_socket, wire) => void wire.destroy(),
  'destroyed by an error': (_socket, wire) => void wire.destroy(new Error('a fault of the test')),
  reset: (_socket, wire) => void wire.resetAndDestroy(),
  ended: (_socket, wire) => void wire.end(),
  'without a reader': (_socket, wire) => void wire.write(Buffer.alloc(1 << 20)),
};

/** The furthest times that a segment holds; see `limits.ts`. */
const furthest = 8_639_000_000_000_000n * 1_000_000n;
const anyTime = fc.oneof(
  fc.constantFrom(furthest, -furthest, 0n),
  fc.bigInt({ min: -furthest, max: furthest }),
) as fc.Arbitrary<Instant>;
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('__proto__', '\0', 'GPU_I_ID="'),
);
const anyRow = fc.record({
  ...{ uuid: anyText, metric: anyText, host: anyText, index: anyText, model: anyText },
  labels: fc.oneof(
    anyText,
    anyText.map((id) => `GPU_I_ID="${id}`),
  ),
  value: fc.double({ noNaN: true, noDefaultInfinity: true }),
  at: fc.constant('2025-07-18T20:42:01Z'),
});

type Rows = Parameters<typeof segmentOf>[3];

describe('the way of live telemetry to the sockets of /ws', () => {
  let server: Server;
  let sockets: WebSocketServer;
  let feed: LiveFeed;
  const departures = new Departures();
  const clients: WebSocket[] = [];
  const subscriptions: WsSubscription[] = [];

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    sockets = new WebSocketServer({ server });
    const unlisted = { list: () => assert.fail('nothing is listed') };
    feed = new LiveFeed(identity, unlisted, { followed: 0n as Revision, stopOf: () => undefined });
  });
  afterEach(() => {
    for (const one of subscriptions.splice(0)) one.stop();
    for (const client of clients.splice(0)) client.terminate();
    sockets.close();
    server.close();
  });

  /** A client that wants everything, and the server's side of its connection. */
  const subscribed = async () => {
    const accepted = once(sockets, 'connection') as Promise<[WebSocket, IncomingMessage]>;
    const client = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    clients.push(client.on('error', () => undefined));
    const heard: string[] = [];
    client.on('message', (data: Buffer) => {
      heard.push((JSON.parse(data.toString('utf8')) as { cursor: string }).cursor);
    });
    const [[socket, { socket: wire }]] = await Promise.all([accepted, once(client, 'open')]);
    socket.on('error', () => socket.terminate());
    const gathered = new GatheredSocket(socket, wire, departures);
    const subscription = new WsSubscription({ live: feed, identity } as Gateway, undefined, {}, gathered);
    subscriptions.push(subscription);
    await subscription.start(undefined, false);
    return { client, socket, wire, heard };
  };

  const entryOf = (revision: number, rows: Rows, times: readonly Instant[]): LogEntry => {
    const { header, samples } = segmentOf('c1', '2025-07-18T20:42:01Z', revision, rows);
    const timed = { ...samples, times: times.map((at) => ({ at, text: undefined })) };
    const timeAt = Uint32Array.from(rows, (_, i) => i % times.length);
    return {
      ...{ partition: 1 as Partition, lane: 0 as Lane, sequence: revision as Sequence },
      ...{ revision: BigInt(revision) as Revision, key: `/telemetry/log/1/00/${String(revision)}` },
      bytes: encodeSegment({ header, samples: { ...timed, timeAt } }),
    };
  };

  it('Q4: leads past those that are broken in any way: nothing throws, and the last is told of everything', async () => {
    const broken = [];
    for (const fate of Object.values(fates)) broken.push({ fate, ...(await subscribed()) });
    const last = await subscribed();
    const expected: string[] = [];
    feed.subscribe({}, (updates) => void expected.push(...updates.map(({ cursor }) => printLiveCursor(cursor))));
    let revision = 0;
    const publish = (rows: Rows, times: readonly Instant[]): void => {
      const entry = entryOf(++revision, rows, times);
      feed.publish({ entries: [entry], through: entry.revision, live: true });
    };
    const heardAll = async (): Promise<void> => {
      while (last.heard.length < expected.length) await once(last.client, 'message');
      assert.deepEqual(last.heard, expected);
    };
    const row = { uuid: 'GPU-a', at: '2025-07-18T20:42:01Z' };
    publish([row], [0n as Instant]);
    for (const { fate, socket, wire } of broken) {
      fate(socket, wire);
      publish([row], [0n as Instant]);
    }
    await heardAll();
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { minLength: 1, maxLength: 8 }),
        fc.array(anyTime, { minLength: 1, maxLength: 3 }),
        async (rows, times) => {
          publish(rows, times);
          await heardAll();
        },
      ),
      { numRuns: full ? 3_000 : 150 },
    );
    assert.equal(feed.subscribers, broken.length + 2, 'all are told to the end');
  });
});
