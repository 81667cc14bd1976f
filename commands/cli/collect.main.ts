import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isLeft } from 'fp-ts/lib/Either.js';
import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { instantOfMillis } from '../../domain/instant.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { cachedSeries, DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { ArchiveFolder } from '../../infra/archive/archive-folder.js';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { size, waitingTime } from '../../infra/config/accepts.js';
import { roleOptions } from '../../infra/config/common-options.js';
import { etcdConnection, etcdUser, type Renewal } from '../../infra/config/etcd-connection.js';
import { optional, withDefault } from '../../infra/config/option.js';
import { retentionOptions, type RetentionSettings } from '../../infra/config/retention-options.js';
import { buildWatch } from '../../infra/etcd/build-watch.js';
import { metricsOptions } from '../../infra/config/metrics-options.js';
import { collectorGroup } from '../../infra/etcd/collector-group.js';
import { createClient, type EtcdAddress } from '../../infra/etcd/client.js';
import { EtcdMembers } from '../../infra/etcd/etcd-members.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { Keys } from '../../infra/etcd/keys.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { joinedTransactions } from '../../infra/etcd/joined-transactions.js';
import { modelStore } from '../../infra/etcd/model-store.js';
import { lineTo } from '../../infra/etcd/line/transaction-line.js';
import { transactor } from '../../infra/etcd/transactor.js';
import { endlessly } from '../../infra/etcd/endlessly.js';
import { ensureLog } from '../../infra/etcd/ensure-log.js';
import { addressesOf, isPortTaken, portTaken, startMetrics } from '../../infra/metrics/role-metrics.js';
import { type MetricsServer } from '../../infra/metrics/metrics-server.js';
import { processRegistry } from '../../infra/metrics/process-registry.js';
import { createLogger } from '../../infra/logging/logger.js';
import { announceProgress, announceReady } from '../../infra/supervisor/announce.js';
import { CollectorMetrics } from '../../projections/runner/collector-metrics.js';
import { projections } from '../../projections/projections.js';
import { runCollector } from '../../projections/runner/run-collector.js';
import { WatchedArchive } from '../archive/watched-archive.js';
import { logNow } from './examine-archive.main.js';
import { retain } from '../retention/retain.main.js';

const progressOf = (announcement: CollectorAnnouncement) => {
  const { partitions, events, events_per_second, waiting_segments, waiting, stopped } = announcement;
  return { partitions, events, events_per_second, waiting_segments, waiting, stopped };
};

/** What may be built from the archive is looked at first; a folder that does not answer keeps nobody from folding. */
const firstLookMs = 10_000;

/** The members as the user that may maintain them; undefined where none is named. */
const maintenanceOf = (
  address: EtcdAddress,
  {
    etcdMaintenanceUsername: username,
    etcdMaintenancePassword: password,
    etcdQuota,
  }: RetentionSettings & { readonly etcdQuota: number | undefined },
  renewal: Renewal,
): EtcdMembers | undefined => {
  if (username === undefined) return undefined;
  const user = etcdUser(username, password, 'etcdMaintenancePassword', renewal);
  return new EtcdMembers({ ...address, user }, etcdQuota);
};

export const command = cliCommand({
  summary: 'Fold the log into read models, sharing its partitions with the other collectors.',
  notes:
    'Runs until it is stopped; its partitions then go to the others at once. One collector at a time also keeps the\n' +
    'database bounded: it deletes the oldest of the log and of history, and compacts etcd.',
  options: {
    ...roleOptions,
    ...retentionOptions,
    etcdQuota: optional('--etcd-quota <SIZE>', "etcd's space quota (default: asked from etcd)", size),
    ...metricsOptions,
    lease: withDefault('--lease <TIME>', 'how long a crashed collector keeps its partitions', waitingTime, '5s'),
  },
  run: async (options, { signal, complain, environment }) => {
    const name = options.name ?? `collector-${hostname()}-${String(process.pid)}`;
    const logger = createLogger(name, options.logLevel);
    const notice = (text: string): void => logger.warn(text);
    const renewal = { environment, notice };
    const address = await etcdConnection(options, signal, 'connections', renewal);
    if (isLeft(address)) {
      complain(address.left);
      return 1;
    }
    const store = { client: createClient(address.right), keys: new Keys(options.prefix) };
    const { client, keys } = store;
    const line = lineTo(address.right);
    const members = new EtcdMembers(address.right, options.etcdQuota);
    const maintenance = maintenanceOf(address.right, options, renewal);
    const over = new AbortController();
    let retaining: Promise<void> | undefined;
    let watching: Promise<void> | undefined;
    const shown = new CollectorMetrics(processRegistry(options.metricsPort !== undefined));
    let isReady = false;
    let metrics: MetricsServer | undefined;
    try {
      metrics = await startMetrics(options, shown.registry, () => isReady);
      const patience = endlessly(notice);
      const identity = await ensureLog(client, keys, patience, signal);
      const { partitions } = identity;
      const leaseSeconds = Math.max(1, Math.ceil(options.lease / 1_000));
      // An etcd that was not named is the embedded one of the data folder.
      const maintains = options.etcdMaintenance || options.etcd === undefined;
      const upkeep = maintenance ?? (maintains ? members : undefined);
      const now = (until: AbortSignal) => logNow(store, identity, until);
      retaining = retain(
        store,
        members,
        options,
        { holder: name, leaseSeconds, partitions, upkeep, logNow: now, notice },
        AbortSignal.any([signal, over.signal]),
      );
      const log = new EtcdLogReader(client, keys, identity.partitions);
      const archive =
        options.archive === undefined
          ? undefined
          : new WatchedArchive({
              archive: new ArchiveFolder(options.archive),
              log,
              now,
              pause: (ms, until) => sleep(ms, undefined, { signal: until }),
              notice,
            });
      // Before it decides what to build, it knows what it can build from.
      await Promise.race([archive?.look(signal), sleep(firstLookMs, undefined, { ref: false })]);
      watching = archive?.run(AbortSignal.any([signal, over.signal]));
      const dictionaries = new DictionaryCache(cachedSeries);
      const ports = {
        log,
        ...(archive && { archive }),
        models: shown.timed(modelStore(client, keys, joinedTransactions(transactor(client, line)))),
        registry: generationRegistry(client, keys, patience),
        group: collectorGroup(client, keys),
        builds: buildWatch(client, keys, partitions),
        decode: (bytes: Uint8Array) => decodeSegment(bytes, dictionaries),
        notice,
      };
      const end = await runCollector(
        ports,
        {
          id: `${name}-${randomBytes(4).toString('hex')}`,
          name,
          pid: process.pid,
          startedAt: instantOfMillis(Date.now()),
          leaseSeconds,
          partitions,
          projections,
          ready: () => {
            logger.info('ready');
            isReady = true;
            announceReady({ role: 'collector', name, addresses: addressesOf(metrics) });
          },
          progress: (announcement) => {
            shown.announced(announcement);
            announceProgress(progressOf(announcement));
          },
        },
        signal,
      );
      if (end.kind === 'stopped') return 0;
      end.reasons.forEach(complain);
      return 1;
    } catch (error) {
      if (!isPortTaken(error)) throw error;
      complain(`collect: ${portTaken(options)}`);
      return 1;
    } finally {
      over.abort();
      await Promise.all([retaining, watching]);
      metrics?.close();
      members.close();
      maintenance?.close();
      line?.close();
      client.close();
    }
  },
});
