import { ArchiveFolder } from '../../infra/archive/archive-folder.js';
import { type OpenStore } from '../../infra/config/open-store.js';
import { readLogIdentity } from '../../infra/etcd/log-identity-store.js';
import { ArchiveRefused } from '../archive/archive-refused.js';
import { archivedText, sourcesIn } from '../archive/archive-text.js';
import { openSource } from '../source/open-source.js';
import { type Streamable } from '../streamer/visit.js';
import { patienceMs } from './with-log.main.js';

/**
 * What archives of logs hold, source by source, each of the cluster that it was of.
 *
 * @throws ArchiveRefused when one is of this very log: streamed into it, every row would be doubled
 */
export const archivedSources = async (
  folders: readonly string[],
  store: OpenStore,
  signal: AbortSignal,
): Promise<readonly Streamable[]> => {
  await refuseOwn(folders, store, signal);
  return (await Promise.all(folders.map((folder) => sourcesOf(folder, signal)))).flat();
};

const sourcesOf = async (folder: string, signal: AbortSignal): Promise<readonly Streamable[]> => {
  const archive = new ArchiveFolder(folder);
  const sources = await sourcesIn(archive, folder, signal);
  return sources.map(({ source, cluster }) => {
    const path = `${folder}, source ${source}`;
    const open = archivedText(archive, path, source);
    // Sources of one text, as replayed letters may be, are several: each keeps the id that it has there.
    return { path, open: (until) => openSource(open, cluster, until, { id: source }) };
  });
};

const refuseOwn = async (folders: readonly string[], { client, keys }: OpenStore, signal: AbortSignal) => {
  const identity = await readLogIdentity(client, keys, signal, { patienceMs });
  for (const path of folders) {
    const archive = new ArchiveFolder(path);
    const newest = (await archive.names()).at(-1);
    const log = newest && (await archive.read(newest)).head.log_id;
    if (log !== undefined && log === identity?.log_id) {
      throw new ArchiveRefused(
        `${path} is an archive of this very log, which holds its events: it is for another system`,
      );
    }
  }
};
