import { decodeSegmentHeader } from '../../domain/segment/decode.js';
import { type OpenStore } from '../../infra/config/open-store.js';
import { laneReaches } from '../../infra/etcd/lane-extents.js';
import { readLogIdentity } from '../../infra/etcd/log-identity-store.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { readAnew } from '../../infra/etcd/read-anew.js';
import { takeSnapshot } from '../../infra/etcd/system-snapshot.js';
import { runEndsIn } from '../../projections/history/run-limits.document.js';
import { listProjections } from './list-projections.js';
import { type ProjectionRow } from '../../domain/projection-row.js';

/**
 * Every generation as the store has it now; none where no log has been created. Throws when etcd does not answer.
 *
 * @param patienceMs how long etcd's failures are borne
 * @param list however long it takes, or within a few seconds
 */
export const listRows = async (
  { client, keys }: OpenStore,
  patienceMs: number,
  signal: AbortSignal,
  list: typeof listProjections = listProjections,
): Promise<readonly ProjectionRow[]> => {
  const partitions = (await readLogIdentity(client, keys, signal, { patienceMs }))?.partitions ?? 0;
  const ports = {
    log: new EtcdLogReader(client, keys, partitions),
    decodeHeader: decodeSegmentHeader,
    runEndsIn,
    reaches: laneReaches(client, keys),
  };
  return readAnew(async () => list(ports, await takeSnapshot(client, keys, signal), partitions, signal), signal);
};
