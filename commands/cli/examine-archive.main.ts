import { type ArchiveHeld } from '../../domain/archive-held.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { ArchiveFault, ArchiveFolder } from '../../infra/archive/archive-folder.js';
import { type OpenStore } from '../../infra/config/open-store.js';
import { readHorizons } from '../../infra/etcd/horizons.js';
import { readLogIdentity } from '../../infra/etcd/log-identity-store.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { headRevision } from '../../infra/etcd/range.js';
import { type LogNow } from '../archive/fork.js';
import { ArchiveRefused } from '../archive/archive-refused.js';
import { heldOf } from '../archive/held-of.js';
import { ofLog } from '../archive/of-log.js';
import { patienceMs } from './with-log.main.js';

/** The log as it stands. Throws when etcd does not answer. */
export const logNow = async (
  { client, keys }: OpenStore,
  identity: LogIdentity,
  signal: AbortSignal,
): Promise<LogNow> => {
  const head = await headRevision(client, signal, { patienceMs });
  const { horizons } = await readHorizons(client, keys, signal, { patienceMs });
  return { identity, head, horizons };
};

/** What a folder holds of the log, every file checked by its hash; a sentence where it is of no use. */
export const examineArchive = async (
  store: OpenStore,
  path: string,
  signal: AbortSignal,
): Promise<ArchiveHeld | string> => {
  const { client, keys } = store;
  const identity = await readLogIdentity(client, keys, signal, { patienceMs });
  if (identity === undefined) return `there is no log below ${keys.prefix} that it could be of`;
  const archive = ofLog(new ArchiveFolder(path), () => identity);
  try {
    for (const name of await archive.names()) {
      await archive.read(name);
      signal.throwIfAborted();
    }
    const log = new EtcdLogReader(client, keys, identity.partitions);
    return await heldOf(archive, log, (until) => logNow(store, identity, until), signal);
  } catch (error) {
    if (error instanceof ArchiveFault || error instanceof ArchiveRefused) return error.message;
    throw error;
  }
};
