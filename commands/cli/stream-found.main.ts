import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLeft } from 'fp-ts/lib/Either.js';
import { type ClusterId } from '../../domain/ids.js';
import { instantOfMillis } from '../../domain/instant.js';
import { encodeSegment } from '../../domain/segment/encode.js';
import { segmentVersion } from '../../domain/segment/frame.js';
import { visible } from '../../domain/visible-text.js';
import { WrittenDictionaries } from '../../domain/segment/written-dictionaries.js';
import { ArchiveFolder } from '../../infra/archive/archive-folder.js';
import { type CliContext, type ExitCode } from '../../infra/cli/cli-command.js';
import { progressDisplay } from '../../infra/cli/progress-display.js';
import { whenAborted } from '../../infra/cli/when-aborted.js';
import { etcdEndpoints } from '../../infra/config/etcd-connection.js';
import { type OpenStore, openStore } from '../../infra/config/open-store.js';
import { type StreamOptions } from '../../infra/config/stream-options.js';
import { EtcdAppendStore } from '../../infra/etcd/append-store.js';
import { EtcdDeadLetterStore } from '../../infra/etcd/dead-letter-store.js';
import { EtcdLaneClaims } from '../../infra/etcd/lane-claims.js';
import { readLogIdentity } from '../../infra/etcd/log-identity-store.js';
import { isRolledBack } from '../../infra/etcd/rolled-back.js';
import { SeenLog } from '../../infra/etcd/seen-log.js';
import { raiseSegmentVersion } from '../../infra/etcd/segment-version-store.js';
import { lineTo, type TransactionLine } from '../../infra/etcd/transaction-line.js';
import { spaceGauge } from '../../infra/etcd/space-gauge.js';
import { addressesOf, isPortTaken, portTaken, startMetrics } from '../../infra/metrics/role-metrics.js';
import { processRegistry } from '../../infra/metrics/process-registry.js';
import { createLogger } from '../../infra/logging/logger.js';
import { fileText } from '../../infra/source/file-text.js';
import { standardInput } from '../../infra/source/find-sources.js';
import { streamText } from '../../infra/source/stream-text.js';
import { type Thread } from '../../infra/threads/thread.js';
import { announceFinal, announceProgress, announceReady } from '../../infra/supervisor/announce.js';
import { pauseBySlices } from '../append/pause.js';
import { type AppendStore } from '../append/append-port.js';
import { untilAnswered } from '../append/until-answered.js';
import { ArchiveRefused } from '../archive/archive-log.js';
import { archivedText, sourcesIn } from '../archive/archive-text.js';
import { openSource } from '../source/open-source.js';
import { patienceMs } from './with-log.main.js';
import { type FailedSource, failureFigures, reasonsToGiveUp, withFailure } from '../streamer/failed-sources.js';
import { standardInput as inputName } from '../streamer/source-outcome.js';
import { persistenceOf } from '../streamer/persistence.js';
import { replayBeside } from '../streamer/replay-beside.js';
import { ReadingThread } from '../streamer/thread/reading-thread.js';
import { StreamShow } from '../streamer/stream-show.js';
import { summarize, summaryLine } from '../streamer/stream-summary.js';
import { StreamerMetrics } from '../streamer/streamer-metrics.js';
import { type StreamerEvent } from '../streamer/streamer-event.js';
import { streamAll } from '../streamer/streamer.js';
import { deadLetterBytesAtMost } from '../streamer/dead-letter-limits.js';
import { type Streaming } from '../streamer/streaming.js';
import { type Stops } from '../streamer/turn.js';
import { type Streamable } from '../streamer/visit.js';
import { WrittenVersion } from '../streamer/written-version.js';

const followEveryMillis = 250;
/** Time to settle what is in flight when told to stop; everything has to stop within five seconds. */
const graceMs = 3_000;

/** What an archive of a log holds, source by source, each of the cluster that it was of. */
const archived = async (folder: string, signal: AbortSignal): Promise<readonly Streamable[]> => {
  const archive = new ArchiveFolder(folder);
  const sources = await sourcesIn(archive, folder, signal);
  return sources.map(({ source, cluster }) => {
    const path = `${folder}, source ${source}`;
    const open = archivedText(archive, path, source);
    // Sources of one text, as replayed letters may be, are several: each keeps the id that it has there.
    return { path, open: (until) => openSource(open, cluster, until, { id: source }) };
  });
};

/** The first of these archives that is of this very log, as a sentence: streamed into it, every row would be doubled. */
const ownArchive = async (folders: readonly string[], { client, keys }: OpenStore, signal: AbortSignal) => {
  if (folders.length === 0) return undefined;
  const identity = await readLogIdentity(client, keys, signal, { patienceMs });
  for (const path of folders) {
    const archive = new ArchiveFolder(path);
    const newest = (await archive.names()).at(-1);
    const log = newest && (await archive.read(newest)).head.log_id;
    if (log !== undefined && log === identity?.log_id) {
      return `${path} is an archive of this very log, which holds its events: it is for another system`;
    }
  }
  return undefined;
};

const streamables = (
  paths: readonly string[],
  { cluster, follow, batchMs: waitMillis, sourceRoot: within }: StreamOptions,
  elsewhere: ReadingThread | undefined,
): readonly Streamable[] =>
  paths.map((path) => {
    const open =
      path === standardInput
        ? streamText(inputName, process.stdin, waitMillis)
        : fileText(path, { followEveryMillis: follow ? followEveryMillis : undefined, waitMillis, within });
    const name = path === standardInput ? inputName : visible(path);
    const here: Streamable['open'] = (signal) => openSource(open, cluster as ClusterId, signal);
    const isElsewhere = elsewhere !== undefined && path !== standardInput;
    return { path: name, open: isElsewhere ? elsewhere.open(path, name, here) : here };
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

const streamInto = async (
  store: OpenStore,
  line: TransactionLine | undefined,
  sources: readonly Streamable[],
  options: StreamOptions,
  written: WrittenVersion,
  elsewhere: ReadingThread | undefined,
  { signal, print, complain }: CliContext,
): Promise<ExitCode> => {
  const name = options.name ?? `streamer-${hostname()}-${String(process.pid)}`;
  const logger = process.connected ? createLogger(name, options.logLevel) : undefined;
  const say = logger ? (line: string) => logger.info(line) : complain;
  const endless = options.loop || options.follow;
  const display = progressDisplay(logger === undefined && process.stderr.isTTY, say);
  const clock = () => performance.now();
  let failed: readonly FailedSource[] = [];
  const announce = (details: Readonly<Record<string, unknown>>) =>
    announceProgress({ ...details, ...failureFigures(failed) });
  const show = new StreamShow({ display, announce, clock, endless });
  const shown = new StreamerMetrics(processRegistry(options.metricsPort !== undefined));
  let begun = (): void => undefined;
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  const report = (event: StreamerEvent): void => {
    failed = withFailure(failed, event);
    if (event.kind === 'reading' || event.kind === 'waiting') begun();
    shown.report(event);
    show.report(event);
  };
  const seen = new SeenLog(store.keys);
  const appends: AppendStore = shown.timed(new EtcdAppendStore(store.client, store.keys, seen, line));
  const pause = pauseBySlices((ms, until) => sleep(ms, undefined, { signal: until }));
  const persistence = persistenceOf({ pause, report });
  let isReady = false;
  const metrics = await startMetrics(options, shown.registry, () => isReady);
  const leaseSeconds = Math.max(2, Math.ceil(options.laneTtl / 1000));
  const claims = new EtcdLaneClaims(store.client, store.keys, name, leaseSeconds);
  claims.ask(signal);
  const log = await untilAnswered(() => appends.open(options.partitions, signal), signal, persistence);
  isReady = true;
  announceReady({ role: 'streamer', name, addresses: addressesOf(metrics) });
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
    encode: (segment) => encodeSegment(segment, written.current, dictionaries),
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
  const letters = new EtcdDeadLetterStore(store.client, store.keys, name, leaseSeconds, seen);
  // The first source is on its way before: what it takes to look for letters would hold up its first append.
  const replays = replayBeside(letters, streaming, say, stops, hasBegun);
  const ticking = setInterval(show.tick, 1_000);
  const streamed = streamAll(sources, options, streaming, untilRolledBack(stops, replays.failed)).finally(() => {
    begun();
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
    metrics?.close();
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
  metrics?.close();
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
    const own = await ownArchive(folders, store.right, context.signal);
    if (own !== undefined) {
      complain(`telemetry stream: ${own}.`);
      announceFinal([own]);
      return 1;
    }
    const inArchives = await Promise.all(folders.map((folder) => archived(folder, context.signal)));
    const sources = [...streamables(paths, options, elsewhere), ...inArchives.flat()];
    return await streamInto(store.right, line, sources, options, written, elsewhere, context);
  } catch (error) {
    if (!(error instanceof ArchiveRefused || isPortTaken(error))) throw error;
    const isArchive = error instanceof ArchiveRefused;
    complain(`telemetry stream: ${isArchive ? `${error.message}.` : portTaken(options)}`);
    // It stays as it is; a port may become free.
    if (isArchive) announceFinal([error.message]);
    return 1;
  } finally {
    over.abort();
    await following;
    line?.close();
    client.close();
  }
};
