import { setTimeout as sleep } from 'node:timers/promises';
import { isRight } from 'fp-ts/lib/Either.js';
import { type ArchiveHeld } from '../../domain/archive-held.js';
import { formatInstant, type Instant, instantOfMillis } from '../../domain/instant.js';
import { describeHeldBack } from '../../domain/log-floor.js';
import { beginning, next, type Revision } from '../../domain/revision.js';
import { decodeSegmentHeader } from '../../domain/segment/decode.js';
import { ArchiveFolder } from '../../infra/archive/archive-folder.js';
import { cliCommand, type CliContext } from '../../infra/cli/cli-command.js';
import { plural } from '../../domain/quantities.js';
import { duration, text } from '../../infra/config/accepts.js';
import { connectionOptions, jsonOption } from '../../infra/config/common-options.js';
import { type ConnectionOptions, etcdEndpoints } from '../../infra/config/etcd-connection.js';
import { flag, optional } from '../../infra/config/option.js';
import { etcdFigures } from '../../infra/etcd-server/etcd-figures.js';
import { takeSnapshot } from '../../infra/etcd/system-snapshot.js';
import { type OpenStore } from '../../infra/config/open-store.js';
import { readMaintenanceReport } from '../../infra/etcd/maintenance-report-store.js';
import { EtcdTrimStore } from '../../infra/etcd/trim-store.js';
import { earlierInLog } from '../archive/archive-beginning.js';
import { answeredWithin } from '../append/until-answered.js';
import { archivedByCollectors } from '../retention/archived-by-collectors.js';
import { archivedOnly } from '../retention/archived-only.js';
import { type TrimStore } from '../retention/retention-ports.js';
import { type TrimReport, trimOlder } from '../retention/trim-older.js';
import { heldBackStatus } from '../status/retention-status.js';
import { examineArchive } from './examine-archive.main.js';
import { patienceMs, withLog } from './with-log.main.js';

const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal });

/** A log is counted in about so many pieces at most, each a segment where there are fewer. */
const mostBlocks = 100_000;

const blockBytesOf = async (connection: ConnectionOptions): Promise<number> => {
  const endpoints = await etcdEndpoints(connection);
  const figures = isRight(endpoints) ? await etcdFigures(endpoints.right) : undefined;
  return Math.max(1, Math.floor((figures?.db_bytes ?? 0) / mostBlocks));
};

/** Only what is archived goes. */
const keeping = (trims: TrimStore, { through }: ArchiveHeld): TrimStore =>
  archivedOnly(trims, { before: next(through), want: () => undefined });

/**
 * What collectors hold in their archive, as far as one of them can read it, and as far as retention found all of it
 * whole. That they keep one is known from what retention wrote last, also when none of them runs.
 */
const heldByCollectors = async (
  { client, keys }: OpenStore,
  signal: AbortSignal,
): Promise<ArchiveHeld | 'unreadable' | 'not found whole' | undefined> => {
  const held = archivedByCollectors((await takeSnapshot(client, keys, signal)).collectors);
  const { archived, archived_before: before } =
    (await readMaintenanceReport(client, keys, signal, patienceMs))?.log ?? {};
  if (held === undefined) return archived === true ? 'unreadable' : undefined;
  // Reports of earlier programs do not say it.
  if (before === undefined) return held;
  if (before === beginning) return 'not found whole';
  return before > held.through ? held : { ...held, through: (before - 1n) as Revision };
};

const untold =
  'what is not in it cannot be told from the rest. Nothing has been deleted. --archive DIR deletes what that folder ' +
  'holds, --unarchived also what none does.';

/** Why nothing is deleted, of a log that collectors archive. */
const refusals = {
  unreadable: `The log is archived, and no collector that runs can read the archive now: ${untold}`,
  'not found whole':
    'The log is archived, and the collector that does so has not read the archive through yet, or found something ' +
    `wrong with it, which it says: ${untold}`,
};

/** As other programs read it. */
const published = ({ isDeleted, heldBack, newestKept, ...gone }: TrimReport, cut: Instant) => ({
  older_than: formatInstant(cut),
  ...gone,
  deleted: isDeleted,
  held_back: heldBack.map(heldBackStatus),
  newest_kept: newestKept,
});

const describe = ({ segments, events, bytes, heldBack, newestKept }: TrimReport, cut: Instant): readonly string[] => [
  `Deleted: ${plural(segments, 'segment')} with ${plural(events, 'event')}, ${plural(bytes, 'byte')}, appended before ${formatInstant(cut)}.`,
  ...heldBack.map((held) => `${describeHeldBack(held)}.`),
  ...(newestKept === 0 ? [] : [`The newest segment of a lane always stays: ${plural(newestKept, 'segment')}.`]),
];

const tell = (report: TrimReport, cut: Instant, json: boolean, { print, complain }: CliContext): void => {
  if (json) print(JSON.stringify(published(report, cut)));
  else describe(report, cut).forEach(print);
  if (!report.isDeleted)
    complain('What counts as gone could not all be deleted: run this again, or let a collector do it.');
};

export const trim = cliCommand({
  summary: 'Delete from the log what is older and has been folded by every projection.',
  notes:
    'By the time of appending. What a projection that is active or being built has not folded stays, and with --archive\n' +
    'what that folder does not hold, else what is not in the archive of collectors that keep one; what stays, and who\n' +
    'keeps it, is said. Without an archive projections can be rebuilt only from what is left. Exits 1 when the archive\n' +
    'is of no use to this log, and when collectors keep one that none of them can read now: nothing is deleted then.',
  options: {
    ...connectionOptions,
    ...jsonOption,
    olderThan: optional('--older-than <TIME>', 'delete what was appended longer ago than this', duration),
    archive: optional('--archive <DIR>', 'delete only what this archive holds', text),
    unarchived: flag('--unarchived', 'delete also what no archive holds'),
  },
  run: async (given, context) => {
    const { signal, complain } = context;
    const { olderThan, archive: folder } = given;
    if (olderThan === undefined) {
      complain('telemetry log trim: --older-than is missing');
      return 2;
    }
    return withLog(given, context, async (log, { partitions }, store) => {
      const cut = instantOfMillis(Date.now() - olderThan);
      const held = folder === undefined ? undefined : await examineArchive(store, folder, signal);
      if (typeof held === 'string') {
        complain(`${folder!}: ${held}. Nothing has been deleted.`);
        return 1;
      }
      const lacked = folder === undefined ? undefined : await earlierInLog(new ArchiveFolder(folder), log, signal);
      if (lacked !== undefined) {
        complain(`${folder!}: ${lacked}. Nothing has been deleted.`);
        return 1;
      }
      const kept = given.unarchived ? held : (held ?? (await heldByCollectors(store, signal)));
      if (typeof kept === 'string') {
        complain(refusals[kept]);
        return 1;
      }
      const trims = new EtcdTrimStore(store.client, store.keys, partitions);
      const ports = {
        ...{ log, decodeHeader: decodeSegmentHeader, trims: kept === undefined ? trims : keeping(trims, kept) },
        answered: <T>(call: Parameters<typeof answeredWithin<T>>[0]) => answeredWithin(call, patienceMs, signal, pause),
      };
      const report = await trimOlder(ports, cut, await blockBytesOf(given), signal);
      tell(report, cut, given.json, context);
      return report.isDeleted ? 0 : 1;
    });
  },
});
