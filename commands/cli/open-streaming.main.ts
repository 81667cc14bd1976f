import { setTimeout as sleep } from 'node:timers/promises';
import { isLeft } from 'fp-ts/lib/Either.js';
import { instantOfMillis } from '../../domain/instant.js';
import { segmentEncoder } from '../../domain/segment/encode.js';
import { WrittenDictionaries } from '../../domain/segment/written-dictionaries.js';
import { etcdEndpoints } from '../../infra/config/etcd-connection.js';
import { type OpenStore } from '../../infra/config/open-store.js';
import { type StreamOptions } from '../../infra/config/stream-options.js';
import { EtcdAppendStore } from '../../infra/etcd/append-store.js';
import { type EtcdLaneClaims } from '../../infra/etcd/lane-claims.js';
import { type SeenLog } from '../../infra/etcd/seen-log.js';
import { spaceGauge } from '../../infra/etcd/space-gauge.js';
import { type TransactionLine } from '../../infra/etcd/line/transaction-line.js';
import { pauseBySlices } from '../append/pause.js';
import { untilAnswered } from '../append/until-answered.js';
import { deadLetterBytesAtMost } from '../streamer/dead-letter-limits.js';
import { persistenceOf } from '../streamer/persistence.js';
import { type Streaming } from '../streamer/streaming.js';
import { type ReadingThread } from '../streamer/thread/reading-thread.js';
import { type WrittenVersion } from '../streamer/written-version.js';
import { type Telling } from './stream-telling.main.js';

/** What a streamer has open: etcd, and where it reads. */
export interface Opened {
  readonly store: OpenStore;
  readonly line: TransactionLine | undefined;
  readonly claims: EtcdLaneClaims;
  readonly written: WrittenVersion;
  /** Undefined where all is read in this thread. */
  readonly elsewhere: ReadingThread | undefined;
}

/** Opens the log, and puts together what its sources are streamed by. */
export const openStreaming = async (
  { store, line, claims, written, elsewhere }: Opened,
  seen: SeenLog,
  { run, counts }: Telling,
  options: StreamOptions,
  signal: AbortSignal,
): Promise<Streaming> => {
  const { client, keys } = store;
  const untimed = new EtcdAppendStore(client, keys, seen, line);
  const appends = counts?.timed(untimed) ?? untimed;
  const { report } = run;
  const pause = pauseBySlices((ms, until) => sleep(ms, undefined, { signal: until }));
  const open = () => appends.open(options.partitions, signal);
  const log = await untilAnswered(open, signal, persistenceOf({ pause, report }));
  const found = await etcdEndpoints(options);
  const endpoints = isLeft(found) ? [] : found.right;
  return {
    log,
    store: appends,
    claims,
    gauge: spaceGauge({ client, endpoints, quotaBytes: options.etcdQuota }),
    encode: segmentEncoder(() => written.current, new WrittenDictionaries()),
    now: () => instantOfMillis(Date.now()),
    clock: () => performance.now(),
    pause,
    report,
    batch: { rows: options.batchRows, ms: options.batchMs },
    inFlight: options.inFlight,
    deadLetters: { count: options.maxDeadLetters, bytes: deadLetterBytesAtMost },
    speed: options.speed,
    splitAbove: options.splitAbove,
    loop: options.loop,
    ...(elsewhere && { elsewhere: elsewhere.appends }),
    restamp: options.restamp,
  };
};
