import { setTimeout as sleep } from 'node:timers/promises';
import { untilAnswered } from '../../commands/append/until-answered.js';
import { openSource } from '../../commands/source/open-source.js';
import { noFigures, type StreamFigures, withEvent } from '../../commands/streamer/stream-figures.js';
import { streamAll, type StreamedSource, type StreamerWishes } from '../../commands/streamer/streamer.js';
import { type StreamerEvent } from '../../commands/streamer/streamer-event.js';
import { type Streaming } from '../../commands/streamer/streaming.js';
import { type Stops } from '../../commands/streamer/turn.js';
import { type Streamable } from '../../commands/streamer/visit.js';
import { type ClusterId } from '../../domain/ids.js';
import { instantOfMillis } from '../../domain/instant.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { segmentEncoder } from '../../domain/segment/encode.js';
import { EtcdAppendStore } from '../../infra/etcd/append-store.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { EtcdLaneClaims } from '../../infra/etcd/lane-claims.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { SeenLog } from '../../infra/etcd/seen-log.js';
import { type TransactionLine } from '../../infra/etcd/line/transaction-line.js';
import { fileText } from '../../infra/source/file-text.js';
import { never } from './never.js';

export const testCluster = 'test-cluster' as ClusterId;

/** A streamer in this process, on a real etcd. Whoever makes it closes it. */
export interface TestStreamer {
  readonly log: LogIdentity;
  readonly figures: StreamFigures;
  readonly events: readonly StreamerEvent[];
  /** Streams files until they end, or until told to stop. */
  run(
    paths: readonly string[],
    wishes?: Partial<StreamerWishes>,
    stops?: Partial<Stops>,
  ): Promise<readonly StreamedSource[]>;
  close(): void;
}

const fileSource = (path: string, follow: boolean): Streamable => {
  const open = fileText(path, { followEveryMillis: follow ? 25 : undefined });
  return { path, open: (signal) => openSource(open, testCluster, signal) };
};

export interface TestStreamerOptions {
  readonly endpoint: string;
  readonly prefix: string;
  readonly settings?: Partial<Streaming>;
  readonly deadlineMs?: number;
  /** Over which appends are sent. Whoever makes it closes it. */
  readonly line?: TransactionLine;
  /** After which others have its lane and its source when it is gone. */
  readonly leaseSeconds?: number;
}

export const testStreamer = async (options: TestStreamerOptions): Promise<TestStreamer> => {
  const { endpoint, prefix, settings = {}, deadlineMs = 2_000, leaseSeconds = 5, line } = options;
  const client = createClient({ endpoints: [endpoint], deadlineMs });
  const keys = new Keys(prefix);
  const seen = new SeenLog(keys);
  const store = new EtcdAppendStore(client, keys, seen, line);
  const pause: Streaming['pause'] = (ms, signal) => sleep(ms, undefined, { signal });
  // With a short deadline the first call may end before there is a connection.
  const log = await untilAnswered(() => store.open(16, never), never, { pause, onWaiting: () => undefined });
  let figures = noFigures;
  const events: StreamerEvent[] = [];
  const streaming: Streaming = {
    log,
    store,
    claims: new EtcdLaneClaims(client, keys, 'test', leaseSeconds, seen),
    gauge: undefined,
    encode: segmentEncoder(),
    now: () => instantOfMillis(Date.now()),
    clock: () => performance.now(),
    pause,
    report: (event) => {
      figures = withEvent(figures, event);
      events.push(event);
    },
    batch: { rows: 500, ms: 60_000 },
    inFlight: 4,
    deadLetters: { count: 1_000, bytes: 16 * 2 ** 20 },
    speed: 'max',
    splitAbove: 256 * 2 ** 20,
    loop: false,
    restamp: false,
    ...settings,
  };
  return {
    log,
    get figures() {
      return figures;
    },
    events,
    run: (paths, wishes, stops) => {
      const wanted = { again: false, loop: streaming.loop, follow: false, ...wishes };
      const sources = paths.map((path) => fileSource(path, wanted.follow));
      return streamAll(sources, wanted, streaming, { stop: never, abandon: never, ...stops });
    },
    close: () => client.close(),
  };
};

/** The log below a prefix, for reading. Whoever opens it closes it. */
export const openTestLog = (endpoint: string, prefix: string): { readonly log: EtcdLogReader; close(): void } => {
  const client = createClient({ endpoints: [endpoint] });
  return { log: new EtcdLogReader(client, new Keys(prefix), 16), close: () => client.close() };
};
