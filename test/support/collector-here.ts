import { instantOfMillis } from '../../domain/instant.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { type OpenStore } from '../../infra/config/open-store.js';
import { buildWatch } from '../../infra/etcd/build-watch.js';
import { collectorGroup } from '../../infra/etcd/collector-group.js';
import { ensureLog } from '../../infra/etcd/ensure-log.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { modelStore } from '../../infra/etcd/model-store.js';
import { stillThis } from '../../infra/etcd/same-log.js';
import { projections } from '../../projections/projections.js';
import { runCollector } from '../../projections/runner/run-collector.js';

/** A collector within the test's process, until the signal aborts. */
export const collectorHere = async (
  { client, keys }: OpenStore,
  partitions: number,
  signal: AbortSignal,
): Promise<void> => {
  const stillSame = stillThis(client, keys, await ensureLog(client, keys, {}, signal));
  await runCollector(
    {
      log: new EtcdLogReader(client, keys, partitions, { stillSame }),
      models: modelStore(client, keys),
      registry: generationRegistry(client, keys),
      group: collectorGroup(client, keys, stillSame),
      builds: buildWatch(client, keys, partitions),
      decode: decodeSegment,
      notice: () => undefined,
    },
    {
      id: 'collector-here',
      name: 'collector-here',
      pid: process.pid,
      startedAt: instantOfMillis(Date.now()),
      leaseSeconds: 5,
      partitions,
      projections,
    },
    signal,
  );
};
