import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { messageOf } from '../../domain/error-message.js';
import { type Partition } from '../../domain/ids.js';
import { withTimeLimit } from '../../domain/time-limit.js';
import { decodeSegmentHeader } from '../../domain/segment/decode.js';
import { type ConnectionOptions } from '../../infra/config/etcd-connection.js';
import { type OpenStore, openStore } from '../../infra/config/open-store.js';
import { laneExtents, newestRevisions } from '../../infra/etcd/lane-extents.js';
import { lanesOf } from '../../infra/etcd/lane-frontier.js';
import { readMaintenanceReport } from '../../infra/etcd/maintenance-report-store.js';
import { readLogIdentity } from '../../infra/etcd/log-identity-store.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { readAnew } from '../../infra/etcd/read-anew.js';
import { takeSnapshot } from '../../infra/etcd/system-snapshot.js';
import { runEndsIn } from '../../projections/history/run-limits.document.js';
import { listLagsWithin } from '../projections/list-within.js';
import { type ProjectionRow } from '../../domain/projection-row.js';
import { partitionLags } from './partition-lags.js';
import { type RetentionStatus, retentionStatus } from './retention-status.js';
import { readStoreStatus, type StatusPorts, type StoreStatus } from './store-status.js';

/** Milliseconds for the store to answer all of it in. */
const answerWithinMs = 10_000;

const portsOf = ({ client, keys }: OpenStore): StatusPorts<ProjectionRow> => ({
  identity: (signal) => readLogIdentity(client, keys, signal, { patienceMs: answerWithinMs }),
  snapshot: (signal) => takeSnapshot(client, keys, signal),
  reaches: (partitions, at, signal) => {
    const numbers = Array.from({ length: partitions }, (_, number) => number as Partition);
    return laneExtents(client, keys, lanesOf(numbers), signal, { at });
  },
  newest: (lanes, at, signal) => newestRevisions(client, keys, lanes, signal, at),
  projections: async (snapshot, partitions, reaches, signal) => {
    const log = new EtcdLogReader(client, keys, partitions);
    const known = () => Promise.resolve(reaches);
    const ports = { log, decodeHeader: decodeSegmentHeader, runEndsIn, reaches: known };
    const listed = await listLagsWithin(ports, snapshot, partitions, signal);
    return { rows: listed.map(({ row }) => row), lags: partitionLags(listed, partitions) };
  },
});

/** What is found beside the books of the system. */
export interface StoreLook extends StoreStatus<ProjectionRow> {
  /** Left out where no process has kept the store bounded yet. */
  readonly retention?: RetentionStatus;
}

/** What the store that the options name says of the system; left is a sentence saying why it says nothing. */
export const lookAtStore = async (
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<Either<string, StoreLook>> => {
  const store = await openStore(options, signal);
  if (isLeft(store)) return store;
  try {
    return await withTimeLimit(signal, answerWithinMs, (limit) => lookWithin(store.right, limit));
  } finally {
    store.right.client.close();
  }
};

const lookWithin = async (store: OpenStore, limit: AbortSignal): Promise<Either<string, StoreLook>> => {
  try {
    const status = await readAnew(() => readStoreStatus(portsOf(store), limit), limit);
    const report = await readMaintenanceReport(store.client, store.keys, limit, answerWithinMs);
    return right({ ...status, ...(report && { retention: retentionStatus(report) }) });
  } catch (error) {
    if (limit.aborted) return left(`The store did not answer within ${String(answerWithinMs / 1000)} s.`);
    return left(`The store could not be read: ${messageOf(error)}`);
  }
};
