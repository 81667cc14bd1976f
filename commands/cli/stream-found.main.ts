import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLeft } from 'fp-ts/lib/Either.js';
import { instantOfMillis } from '../../domain/instant.js';
import { segmentEncoder } from '../../domain/segment/encode.js';
import { segmentVersion } from '../../domain/segment/frame.js';
import { visible } from '../../domain/visible-text.js';
import { WrittenDictionaries } from '../../domain/segment/written-dictionaries.js';
import { type CliContext, type ExitCode } from '../../infra/cli/cli-command.js';
import { progressDisplay } from '../../infra/cli/progress-display.js';
import { whenAborted } from '../../infra/cli/when-aborted.js';
import { etcdEndpoints } from '../../infra/config/etcd-connection.js';
import { type OpenStore, openStore } from '../../infra/config/open-store.js';
import { type StreamOptions } from '../../infra/config/stream-options.js';
import { EtcdAppendStore } from '../../infra/etcd/append-store.js';
import { EtcdDeadLetterStore } from '../../infra/etcd/dead-letter-store.js';
import { EtcdLaneClaims } from '../../infra/etcd/lane-claims.js';
import { isRolledBack } from '../../infra/etcd/rolled-back.js';
import { SeenLog } from '../../infra/etcd/seen-log.js';
import { raiseSegmentVersion } from '../../infra/etcd/segment-version-store.js';
import { lineTo, type TransactionLine } from '../../infra/etcd/transaction-line.js';
import { spaceGauge } from '../../infra/etcd/space-gauge.js';
import { addressesOf, isPortTaken, portTaken } from '../../infra/metrics/role-metrics.js';
import { standardInput } from '../../infra/source/find-sources.js';
import { type Thread } from '../../infra/threads/thread.js';
import { announceFinal, announceProgress, announceReady } from '../../infra/supervisor/announce.js';
import { pauseBySlices } from '../append/pause.js';
import { untilAnswered } from '../append/until-answered.js';
import { ArchiveRefused } from '../archive/archive-refused.js';
import { type FailedSource, failureFigures, reasonsToGiveUp, withFailure } from '../streamer/failed-sources.js';
import { standardInput as inputName } from '../streamer/source-outcome.js';
import { persistenceOf } from '../streamer/persistence.js';
import { replayBeside } from '../streamer/replay-beside.js';
import { ReadingThread } from '../streamer/thread/reading-thread.js';
import { StreamShow } from '../streamer/stream-show.js';
import { summarize, summaryLine } from '../streamer/stream-summary.js';
import { type StreamerEvent } from '../streamer/streamer-event.js';
import { streamAll } from '../streamer/streamer.js';
import { deadLetterBytesAtMost } from '../streamer/dead-letter-limits.js';
import { type Streaming } from '../streamer/streaming.js';
import { type Stops } from '../streamer/turn.js';
import { type Streamable } from '../streamer/visit.js';
import { WrittenVersion } from '../streamer/written-version.js';

/** Time to settle what is in flight when told to stop; everything has to stop within five seconds. */
const graceMs = 3_000;

/** Read in this thread where it has to be: what reads is loaded when it is needed. */
const readHere = (path: string, options: StreamOptions): Streamable['open'] => {
  let loaded: Promise<Streamable['open']> | undefined;
  return async (signal) => {
    loaded ??= import('./open-here.main.js').then(({ openHere }) => openHere(path, options));
    return (await loaded)(signal);
  };
};

const streamables = (
  paths: readonly string[],
  options: StreamOptions,
  elsewhere: ReadingThread | undefined,
): readonly Streamable[] =>
  paths.map((path) => {
    const here = readHere(path, options);
    if (path === standardInput) return { path: inputName, open: here };
    const name = visible(path);
    return { path: name, open: elsewhere?.open(path, name, here) ?? here };
  });

const stopsFor = (signal: AbortSignal): Stops => {
  const abandon = new AbortController();
  const giveUp = () => setTimeout(() => abandon.abort(signal.reason), graceMs).unref();
  if (signal.aborted) giveUp();
  else signal.addEventListener('abort', giveUp, { once: true });
  return { stop: signal, abandon: abandon.signal };
};

/** What is seen beside the sources ends them too when it is that etcd has gone back (promise L9). */
const untilRolledBack = (stops: Stops, failed: AbortSignal): Stops => {
  const rolledBack = new AbortController();
  failed.addEventListener('abort', () => {
    if (isRolledBack(failed.reason)) rolledBack.abort(failed.reason);
  });
  const until = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, rolledBack.signal]);
  return { stop: until(stops.stop), abandon: until(stops.abandon) };
};

const leaseSecondsOf = ({ laneTtl }: StreamOptions): number => Math.max(2, Math.ceil(laneTtl / 1000));

/** What streams, and what it streams into. */
interface Into {
  readonly name: string;
  readonly store: OpenStore;
  readonly line: TransactionLine | undefined;
  readonly claims: EtcdLaneClaims;
  readonly sources: readonly Streamable[];
  readonly written: WrittenVersion;
  readonly thread: Thread | undefined;
  readonly elsewhere: ReadingThread | undefined;
}

const streamInto = async (
  { name, store, line, claims, sources, written, thread, elsewhere }: Into,
  options: StreamOptions,
  { signal, print, complain }: CliContext,
): Promise<ExitCode> => {
  const logger = process.connected
    ? (await import('../../infra/logging/logger.js')).createLogger(name, options.logLevel)
    : undefined;
  const say = logger ? (line: string) => logger.info(line) : complain;
  const endless = options.loop || options.follow;
  const display = progressDisplay(logger === undefined && process.stderr.isTTY, say);
  const clock = () => performance.now();
  let failed: readonly FailedSource[] = [];
  const announce = (details: Readonly<Record<string, unknown>>) =>
    announceProgress({ ...details, ...failureFigures(failed) });
  const show = new StreamShow({ display, announce, clock, endless });
  let begun = (): void => undefined;
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  const report = (event: StreamerEvent): void => {
    failed = withFailure(failed, event);
    if (event.kind === 'reading' || event.kind === 'waiting') begun();
    shown?.counts.report(event);
    show.report(event);
  };
  let isReady = false;
  const shown =
    options.metricsPort === undefined
      ? undefined
      : await (await import('./streamer-metrics.main.js')).showMetrics(options, () => isReady);
  const seen = new SeenLog(store.keys);
  const untimed = new EtcdAppendStore(store.client, store.keys, seen, line);
  const appends = shown?.counts.timed(untimed) ?? untimed;
  const pause = pauseBySlices((ms, until) => sleep(ms, undefined, { signal: until }));
  const persistence = persistenceOf({ pause, report });
  const log = await untilAnswered(() => appends.open(options.partitions, signal), signal, persistence);
  isReady = true;
  announceReady({ role: 'streamer', name, addresses: addressesOf(shown?.server) });
  const endpoints = await etcdEndpoints(options);
  const dictionaries = new WrittenDictionaries();
  const streaming: Streaming = {
    log,
    store: appends,
    claims,
    gauge: spaceGauge({
      client: store.client,
      endpoints: isLeft(endpoints) ? [] : endpoints.right,
      quotaBytes: options.etcdQuota,
    }),
    encode: segmentEncoder(() => written.current, dictionaries),
    now: () => instantOfMillis(Date.now()),
    clock,
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
  const stops = stopsFor(signal);
  const letters = new EtcdDeadLetterStore(store.client, store.keys, name, leaseSecondsOf(options), seen);
  // The first source is on its way before: what it takes to look for letters would hold up its first append.
  const replays = replayBeside(letters, streaming, say, stops, hasBegun);
  const ticking = setInterval(() => {
    // A source of which nothing comes yet is no reason to wait.
    begun();
    show.tick();
  }, 1_000);
  const streamed = streamAll(sources, options, streaming, untilRolledBack(stops, replays.failed)).finally(() => {
    begun();
    // What it takes to end it goes on beside what is given back.
    void thread?.end();
    clearInterval(ticking);
    display.end();
  });
  const outcomes = await streamed.catch((error: unknown) => {
    if (isRolledBack(replays.failed.reason)) throw replays.failed.reason;
    if (!stops.abandon.aborted) throw error;
    say(
      'stopped while etcd did not answer: what was in flight may stand in the log; the next run finds out and goes on',
    );
    return undefined;
  });
  if (outcomes === undefined) {
    shown?.server?.close();
    return 1;
  }
  const summary = summarize(show.figures, outcomes, show.seconds, endless);
  if (options.json) print(JSON.stringify(summary));
  else (logger ? say : print)(summaryLine(summary));
  if (options.idle && summary.ok && !signal.aborted) {
    show.idle();
    await whenAborted(AbortSignal.any([signal, replays.failed]));
  }
  await replays.end();
  shown?.server?.close();
  const givenUp = reasonsToGiveUp(failed, outcomes);
  if (givenUp !== undefined) announceFinal(givenUp);
  return summary.ok ? 0 : 1;
};

/** What was found to be streamed. */
interface Found {
  /** Files and standard input. */
  readonly paths: readonly string[];
  /** Archives. */
  readonly folders: readonly string[];
  /** In which files are read; undefined does all in this one. */
  readonly thread: Thread | undefined;
}

export const streamFound = async (
  { paths, folders, thread }: Found,
  options: StreamOptions,
  context: CliContext,
): Promise<ExitCode> => {
  const { complain, environment } = context;
  const store = await openStore(options, 'connections', { environment, notice: complain });
  if (isLeft(store)) {
    complain(store.left);
    return 1;
  }
  const { client, keys } = store.right;
  const line = lineTo(store.right.address);
  const name = options.name ?? `streamer-${hostname()}-${String(process.pid)}`;
  const claims = new EtcdLaneClaims(client, keys, name, leaseSecondsOf(options));
  claims.ask(context.signal);
  const over = new AbortController();
  const written = new WrittenVersion(segmentVersion);
  const elsewhere =
    thread &&
    new ReadingThread(
      (request) => thread.ask(request),
      () => written.current,
    );
  const following = written.follow(
    (newest, until) => raiseSegmentVersion(client, keys, newest, until),
    (ms, until) => sleep(ms, undefined, { signal: until }),
    complain,
    AbortSignal.any([context.signal, over.signal]),
  );
  try {
    const archived =
      folders.length === 0
        ? []
        : await (await import('./archived-sources.main.js')).archivedSources(folders, store.right, context.signal);
    const sources = [...streamables(paths, options, elsewhere), ...archived];
    const into = { name, store: store.right, line, claims, sources, written, thread, elsewhere };
    return await streamInto(into, options, context);
  } catch (error) {
    if (!(error instanceof ArchiveRefused || isPortTaken(error))) throw error;
    const isArchive = error instanceof ArchiveRefused;
    complain(`telemetry stream: ${isArchive ? `${error.message}.` : portTaken(options)}`);
    // It stays as it is; a port may become free.
    if (isArchive) announceFinal([error.message]);
    return 1;
  } finally {
    over.abort();
    await Promise.all([following, claims.end()]);
    line?.close();
    client.close();
  }
};
