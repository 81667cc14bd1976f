import { setTimeout as sleep } from 'node:timers/promises';
import { decodeSegment } from '../../domain/segment/decode.js';
import { cachedSeries, DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { type RetentionSettings } from '../../infra/config/retention-options.js';
import { ArchiveFolder } from '../../infra/archive/archive-folder.js';
import { buildWatch } from '../../infra/etcd/build-watch.js';
import { collectorGroup } from '../../infra/etcd/collector-group.js';
import { endlessly } from '../../infra/etcd/endlessly.js';
import { ensureLog } from '../../infra/etcd/ensure-log.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { joinedTransactions } from '../../infra/etcd/joined-transactions.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { modelStore } from '../../infra/etcd/model-store.js';
import { type Patience } from '../../infra/etcd/persistently.js';
import { stillThis } from '../../infra/etcd/same-log.js';
import { transactor } from '../../infra/etcd/transactor.js';
import { type CollectorMetrics } from '../../projections/runner/collector-metrics.js';
import { type CollectorPorts } from '../../projections/runner/surroundings.js';
import { type LogNow } from '../archive/fork.js';
import { WatchedArchive } from '../archive/watched-archive.js';
import { retain } from '../retention/retain.main.js';
import { type CollectorConnections } from './collector-connections.main.js';
import { logNow } from './examine-archive.main.js';

/** What a collector is made of. */
export interface Collecting {
  readonly name: string;
  readonly settings: RetentionSettings;
  readonly leaseSeconds: number;
  readonly connections: CollectorConnections;
  readonly shown: CollectorMetrics;
  readonly notice: (text: string) => void;
}

/** What may be built from the archive is looked at first; a folder that does not answer keeps nobody from folding. */
const firstLookMs = 10_000;

/** What its log is built from where that no longer reaches back; undefined where no archive was named. */
const archiveOf = (
  { settings, notice }: Collecting,
  log: EtcdLogReader,
  now: (signal: AbortSignal) => Promise<LogNow>,
): WatchedArchive | undefined =>
  settings.archive === undefined
    ? undefined
    : new WatchedArchive({
        ...{ archive: new ArchiveFolder(settings.archive), log, now, notice },
        pause: (ms, until) => sleep(ms, undefined, { signal: until }),
      });

/** The log as it was found. */
interface FoundLog {
  readonly log: EtcdLogReader;
  readonly partitions: number;
  /** Throws when it is no longer what was found. */
  readonly stillSame: (signal: AbortSignal) => Promise<void>;
  readonly archive: WatchedArchive | undefined;
}

const portsOf = (
  { connections: { store, line }, shown, notice }: Collecting,
  { log, partitions, stillSame, archive }: FoundLog,
  patience: Patience,
): CollectorPorts => {
  const { client, keys } = store;
  const dictionaries = new DictionaryCache(cachedSeries);
  return {
    log,
    ...(archive && { archive }),
    models: shown.timed(modelStore(client, keys, joinedTransactions(transactor(client, line)))),
    registry: generationRegistry(client, keys, patience),
    group: collectorGroup(client, keys, stillSame),
    builds: buildWatch(client, keys, partitions),
    decode: (bytes) => decodeSegment(bytes, dictionaries),
    notice,
  };
};

/**
 * Works with the ports of a collector over etcd, given the number of the log's partitions. Until the work is done,
 * retention and the look at the archive run beside it.
 */
export const withCollectorPorts = async <A>(
  collecting: Collecting,
  signal: AbortSignal,
  work: (ports: CollectorPorts, partitions: number) => Promise<A>,
): Promise<A> => {
  const { name: holder, settings, leaseSeconds, connections, notice } = collecting;
  const { store, members, upkeep } = connections;
  const patience = endlessly(notice);
  const identity = await ensureLog(store.client, store.keys, patience, signal);
  const { partitions } = identity;
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const now = (signal: AbortSignal) => logNow(store, identity, signal);
  const retention = { holder, leaseSeconds, partitions, upkeep, logNow: now, notice };
  const retaining = retain(store, members, settings, retention, until);
  const stillSame = stillThis(store.client, store.keys, identity);
  const log = new EtcdLogReader(store.client, store.keys, partitions, { stillSame });
  const archive = archiveOf(collecting, log, now);
  let watching: Promise<void> | undefined;
  try {
    // Before it decides what to build, it knows what it can build from.
    await Promise.race([archive?.look(signal), sleep(firstLookMs, undefined, { ref: false })]);
    watching = archive?.run(until);
    return await work(portsOf(collecting, { log, partitions, stillSame, archive }, patience), partitions);
  } finally {
    over.abort();
    await Promise.all([retaining, watching]);
  }
};
