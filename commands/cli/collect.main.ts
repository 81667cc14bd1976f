import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isLeft } from 'fp-ts/lib/Either.js';
import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { instantOfMillis } from '../../domain/instant.js';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { size, waitingTime } from '../../infra/config/accepts.js';
import { roleOptions } from '../../infra/config/common-options.js';
import { etcdConnection } from '../../infra/config/etcd-connection.js';
import { metricsOptions } from '../../infra/config/metrics-options.js';
import { optional, withDefault } from '../../infra/config/option.js';
import { retentionOptions } from '../../infra/config/retention-options.js';
import { leaseSecondsOf } from '../../infra/etcd/lease-seconds.js';
import { createLogger } from '../../infra/logging/logger.js';
import { type MetricsServer } from '../../infra/metrics/metrics-server.js';
import { processRegistry } from '../../infra/metrics/process-registry.js';
import { addressesOf, isPortTaken, portTaken, startMetrics } from '../../infra/metrics/role-metrics.js';
import { announceProgress, announceReady } from '../../infra/supervisor/announce.js';
import { projections } from '../../projections/projections.js';
import { CollectorMetrics } from '../../projections/runner/collector-metrics.js';
import { type CollectorEnd, runCollector } from '../../projections/runner/run-collector.js';
import { connectCollector } from './collector-connections.main.js';
import { type Collecting, withCollectorPorts } from './collector-ports.main.js';

const collectOptions = {
  ...roleOptions,
  ...retentionOptions,
  etcdQuota: optional('--etcd-quota <SIZE>', "etcd's space quota (default: asked from etcd)", size),
  ...metricsOptions,
  lease: withDefault(
    '--lease <TIME>',
    'how long a crashed collector keeps its partitions, at least 2s',
    waitingTime,
    '5s',
  ),
};

const progressOf = (announcement: CollectorAnnouncement) => {
  const { partitions, events, events_per_second, waiting_segments, waiting, stopped } = announcement;
  return { partitions, events, events_per_second, waiting_segments, waiting, stopped };
};

const collect = (collecting: Collecting, ready: () => void, signal: AbortSignal): Promise<CollectorEnd> =>
  withCollectorPorts(collecting, signal, (ports, partitions) => {
    const { name, leaseSeconds, shown } = collecting;
    const identity = { id: `${name}-${randomBytes(4).toString('hex')}`, name, pid: process.pid };
    const startedAt = instantOfMillis(Date.now());
    const progress = (announcement: CollectorAnnouncement): void => {
      shown.announced(announcement);
      announceProgress(progressOf(announcement));
    };
    return runCollector(
      ports,
      { ...identity, startedAt, leaseSeconds, partitions, projections, ready, progress },
      signal,
    );
  });

export const command = cliCommand({
  summary: 'Fold the log into read models, sharing its partitions with the other collectors.',
  notes:
    'Runs until it is stopped; its partitions then go to the others at once. One collector at a time also keeps the\n' +
    'database bounded: it deletes the oldest of the log and of history, and compacts etcd.',
  options: collectOptions,
  run: async (settings, { signal, complain, environment }) => {
    const name = settings.name ?? `collector-${hostname()}-${String(process.pid)}`;
    const logger = createLogger(name, settings.logLevel);
    const notice = (text: string): void => logger.warn(text);
    const renewal = { environment, notice };
    const address = await etcdConnection(settings, signal, 'connections', renewal);
    if (isLeft(address)) {
      complain(address.left);
      return 1;
    }
    const connections = connectCollector(address.right, settings, renewal);
    const shown = new CollectorMetrics(processRegistry(settings.metricsPort !== undefined));
    let isReady = false;
    let metrics: MetricsServer | undefined;
    try {
      metrics = await startMetrics(settings, shown.registry, () => isReady);
      const ready = (): void => {
        logger.info('ready');
        isReady = true;
        announceReady({ role: 'collector', name, addresses: addressesOf(metrics) });
      };
      const leaseSeconds = leaseSecondsOf(settings.lease);
      const end = await collect({ ...{ name, settings, leaseSeconds, connections, shown }, notice }, ready, signal);
      if (end.kind === 'stopped') return 0;
      end.reasons.forEach(complain);
      return 1;
    } catch (error) {
      if (!isPortTaken(error)) throw error;
      complain(`collect: ${portTaken(settings)}`);
      return 1;
    } finally {
      metrics?.close();
      connections.close();
    }
  },
});
