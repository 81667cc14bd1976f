import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLeft } from 'fp-ts/lib/Either.js';
import { segmentVersion } from '../../domain/segment/frame.js';
import { visible } from '../../domain/visible-text.js';
import { type CliContext, type ExitCode } from '../../infra/cli/cli-command.js';
import { whenAborted } from '../../infra/cli/when-aborted.js';
import { openStore } from '../../infra/config/open-store.js';
import { type StreamOptions } from '../../infra/config/stream-options.js';
import { EtcdReplayStore } from '../../infra/etcd/replay-store.js';
import { leaseSecondsOf } from '../../infra/etcd/lease-seconds.js';
import { EtcdLaneClaims } from '../../infra/etcd/lane-claims.js';
import { isRolledBack } from '../../infra/etcd/rolled-back.js';
import { SeenLog } from '../../infra/etcd/seen-log.js';
import { raiseSegmentVersion } from '../../infra/etcd/segment-version-store.js';
import { lineTo } from '../../infra/etcd/line/transaction-line.js';
import { isPortTaken, portTaken } from '../../infra/metrics/role-metrics.js';
import { standardInput } from '../../infra/source/find-sources.js';
import { type Thread } from '../../infra/threads/thread.js';
import { announceFinal } from '../../infra/supervisor/announce.js';
import { ArchiveRefused } from '../archive/archive-refused.js';
import { reasonsToGiveUp } from '../streamer/failed-sources.js';
import { standardInput as inputName } from '../streamer/source-outcome.js';
import { replayBeside, type ReplaysBeside } from '../streamer/replay-beside.js';
import { ReadingThread } from '../streamer/thread/reading-thread.js';
import { summarize, summaryLine } from '../streamer/stream-summary.js';
import { alsoStoppedBy, stopsFor } from '../streamer/stopping.js';
import { streamAll, type StreamedSource } from '../streamer/streamer.js';
import { type Streaming } from '../streamer/streaming.js';
import { type Stops } from '../streamer/turn.js';
import { type Streamable } from '../streamer/visit.js';
import { WrittenVersion } from '../streamer/written-version.js';
import { type Opened, openStreaming } from './open-streaming.main.js';
import { type Telling, tellingOf } from './stream-telling.main.js';

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

/** What streams, and what it streams into. */
interface Into extends Opened {
  readonly name: string;
  readonly seen: SeenLog;
  readonly sources: readonly Streamable[];
  readonly thread: Thread | undefined;
}

/** Streams all there is; undefined when it had to be abandoned. The progress is shown meanwhile. */
const streamShown = async (
  { sources, thread }: Into,
  streaming: Streaming,
  replays: ReplaysBeside,
  { say, run, show, endProgress }: Telling,
  options: StreamOptions,
  stops: Stops,
): Promise<readonly StreamedSource[] | undefined> => {
  const ticking = setInterval(() => {
    // A source of which nothing comes yet is no reason to wait.
    run.begin();
    show.tick();
  }, 1_000);
  try {
    return await streamAll(sources, options, streaming, alsoStoppedBy(stops, replays.failed, isRolledBack));
  } catch (error) {
    if (isRolledBack(replays.failed.reason)) throw replays.failed.reason;
    if (!stops.abandon.aborted) throw error;
    say(
      'stopped while etcd or a disk did not answer: what was in flight may stand in the log; the next run finds out and goes on',
    );
    return undefined;
  } finally {
    run.begin();
    // What it takes to end it goes on beside what is given back.
    void thread?.end();
    clearInterval(ticking);
    endProgress();
  }
};

const streamInto = async (
  into: Into,
  telling: Telling,
  options: StreamOptions,
  { signal, print }: CliContext,
): Promise<ExitCode> => {
  const { name, store, seen } = into;
  const { run, show, say, isLogged } = telling;
  const streaming = await openStreaming(into, seen, telling, options, signal);
  telling.ready();
  const stops = stopsFor(signal);
  const letters = new EtcdReplayStore(store.client, store.keys, name, leaseSecondsOf(options.laneTtl), seen);
  // The first source is on its way before: what it takes to look for letters would hold up its first append.
  const replays = replayBeside(letters, streaming, say, stops, run.hasBegun);
  try {
    const outcomes = await streamShown(into, streaming, replays, telling, options, stops);
    if (outcomes === undefined) return 1;
    const summary = summarize(show.figures, outcomes, show.seconds, options.loop || options.follow);
    if (options.json) print(JSON.stringify(summary));
    else (isLogged ? say : print)(summaryLine(summary));
    if (options.idle && summary.ok && !signal.aborted) {
      show.idle();
      await whenAborted(AbortSignal.any([signal, replays.failed]));
    }
    await replays.end();
    const givenUp = reasonsToGiveUp(run.failed, outcomes);
    if (givenUp !== undefined) announceFinal(givenUp);
    return summary.ok ? 0 : 1;
  } finally {
    replays.abandon();
  }
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
  const store = await openStore(options, context.signal, 'connections', { environment, notice: complain });
  if (isLeft(store)) {
    complain(store.left);
    return 1;
  }
  const { client, keys } = store.right;
  const line = lineTo(store.right.address);
  const name = options.name ?? `streamer-${hostname()}-${String(process.pid)}`;
  const seen = new SeenLog(keys);
  const claims = new EtcdLaneClaims(client, keys, name, leaseSecondsOf(options.laneTtl), seen);
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
    const into = { name, seen, store: store.right, line, claims, sources, written, thread, elsewhere };
    const telling = await tellingOf(name, options, complain);
    return await streamInto(into, telling, options, context).finally(telling.close);
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
