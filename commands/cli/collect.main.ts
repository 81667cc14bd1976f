import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { isLeft } from 'fp-ts/lib/Either.js';
import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { instantOfMillis } from '../../domain/instant.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { cachedSeries, DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { cliCommand } from '../../infra/cli/cli-command.js';
import { duration } from '../../infra/config/accepts.js';
import { roleOptions } from '../../infra/config/common-options.js';
import { openStore } from '../../infra/config/open-store.js';
import { withDefault } from '../../infra/config/option.js';
import { collectorGroup } from '../../infra/etcd/collector-group.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { modelStore } from '../../infra/etcd/model-store.js';
import { ensureLog } from '../../infra/etcd/ensure-log.js';
import { createLogger } from '../../infra/logging/logger.js';
import { announceProgress, announceReady } from '../../infra/supervisor/announce.js';
import { projections } from '../../projections/projections.js';
import { runCollector } from '../../projections/runner/run-collector.js';

const progressOf = (announcement: CollectorAnnouncement) => {
  const { partitions, events, events_per_second, waiting_segments, waiting, stopped } = announcement;
  return { partitions, events, events_per_second, waiting_segments, waiting, stopped };
};

export const command = cliCommand({
  summary: 'Fold the log into read models, sharing its partitions with the other collectors.',
  notes: 'Runs until it is stopped; its partitions then go to the others at once.',
  options: {
    ...roleOptions,
    lease: withDefault('--lease <TIME>', 'how long a crashed collector keeps its partitions', duration, '5s'),
  },
  run: async (options, { signal, complain }) => {
    const name = options.name ?? `collector-${hostname()}-${String(process.pid)}`;
    const logger = createLogger(name, options.logLevel);
    const store = await openStore(options);
    if (isLeft(store)) {
      complain(store.left);
      return 1;
    }
    const { client, keys } = store.right;
    try {
      const { partitions } = await ensureLog(client, keys, signal);
      const dictionaries = new DictionaryCache(cachedSeries);
      const ports = {
        log: new EtcdLogReader(client, keys, partitions),
        models: modelStore(client, keys),
        registry: generationRegistry(client, keys),
        group: collectorGroup(client, keys),
        decode: (bytes: Uint8Array) => decodeSegment(bytes, dictionaries),
        notice: (text: string) => logger.warn(text),
      };
      const end = await runCollector(
        ports,
        {
          id: `${name}-${randomBytes(4).toString('hex')}`,
          name,
          pid: process.pid,
          startedAt: instantOfMillis(Date.now()),
          leaseSeconds: Math.max(1, Math.ceil(options.lease / 1_000)),
          partitions,
          projections,
          ready: () => {
            logger.info('ready');
            announceReady({ role: 'collector', name });
          },
          progress: (announcement) => announceProgress(progressOf(announcement)),
        },
        signal,
      );
      if (end.kind === 'stopped') return 0;
      end.reasons.forEach(complain);
      return 1;
    } finally {
      client.close();
    }
  },
});
