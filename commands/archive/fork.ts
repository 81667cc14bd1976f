import { type ArchiveHead } from '../../domain/archive-file.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type Revision } from '../../domain/revision.js';
import { type TrimHorizons, wholeFrom } from '../../domain/trim-horizon.js';
import { type WalkedLog } from '../log/walk-log.js';
import { type ArchiveReader } from './archive-port.js';

/** The log as it stands, for holding an archive against it. */
export interface LogNow {
  readonly identity: LogIdentity;
  readonly head: Revision;
  /** Up to where it has been trimmed: read after the head, so that nothing is missing up to that which they do not tell of. */
  readonly horizons: TrimHorizons;
}

const keepIt = 'They are never merged: keep the archive for what it holds, and archive the log into another folder';
const restored = 'etcd was restored from a backup. Stop everything, run "telemetry log recover", then start again';

/**
 * Why a file of an archive is not of a log, undefined where it is: it is of another, or holds what the log lost when it
 * was recovered from a backup.
 */
export const strayOf = (
  identity: LogIdentity,
  file: Pick<ArchiveHead, 'log_id' | 'epoch' | 'to'>,
): string | undefined => {
  if (file.log_id !== identity.log_id) return `it is of the log ${file.log_id}, and this one is ${identity.log_id}`;
  const parted = identity.recoveries?.find(({ epoch, after }) => epoch > file.epoch && after < file.to);
  return (
    parted &&
    `it is a fork: it holds the revisions ${String(parted.after + 1n)} to ${String(file.to)} of epoch ` +
      `${String(file.epoch)}, which the log lost when it was recovered from a backup. ${keepIt}`
  );
};

/**
 * Why an archive does not belong to a log as it stands (promise L9), undefined where it does: it is of another log; it
 * has seen a later revision than etcd now has; or it holds what the log lost when it was recovered from a backup, so
 * that archive and log have gone different ways since.
 *
 * @param newest the head of the archive's last file
 */
const forkOf = ({ identity, head }: LogNow, newest: Omit<ArchiveHead, 'format' | 'entries'>): string | undefined => {
  const stray = strayOf(identity, newest);
  if (stray !== undefined) return stray;
  if (newest.epoch > identity.epoch || newest.to > head) {
    return (
      `it has seen revision ${String(newest.to)} of epoch ${String(newest.epoch)}, and etcd is at ${String(head)} of ` +
      `${String(identity.epoch)}: ${restored}`
    );
  }
  return undefined;
};

/**
 * As `forkOf`, for an archive that is there, and held against the log itself: a restored etcd soon passes the revision
 * that it was at, and then only the segments tell. Up to its end the log must have what the archive has: its last segment
 * as it is, and none behind that.
 */
export const partedWays = async (
  archive: ArchiveReader,
  log: WalkedLog,
  now: LogNow,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const names = await archive.names();
  const newest = names.at(-1);
  if (newest === undefined) return undefined;
  const { head } = await archive.read(newest);
  const fork = forkOf(now, head);
  if (fork !== undefined) return fork;
  const last = await lastEntry(archive);
  const parted = last && (await differenceBehind(log, last, newest.to, wholeFrom(now.horizons), signal));
  if (parted === undefined) return undefined;
  return head.epoch < now.identity.epoch ? `it is a fork: ${parted}. ${keepIt}` : `${parted}: ${restored}`;
};

const lastEntry = async (archive: ArchiveReader): Promise<LogEntry | undefined> => {
  for (const name of [...(await archive.names())].reverse()) {
    const entry = (await archive.read(name)).entries.at(-1);
    if (entry !== undefined) return entry;
  }
  return undefined;
};

const named = ({ key, revision }: LogEntry): string => `${key} of revision ${String(revision)}`;

/** @param kept the revision from which on the whole log is kept: what lies before it may be gone */
const differenceBehind = async (
  log: WalkedLog,
  last: LogEntry,
  end: Revision,
  kept: Revision,
  signal: AbortSignal,
): Promise<string | undefined> => {
  let stands = last.revision < kept;
  for await (const { entries } of log.list({ kind: 'everything' }, last.revision, end, signal)) {
    const later = entries.find(({ revision }) => revision > last.revision);
    if (later) return `${named(later)} is in the log and not in the archive, which reaches up to ${String(end)}`;
    stands ||= entries.some(({ key, bytes }) => key === last.key && Buffer.compare(bytes, last.bytes) === 0);
  }
  signal.throwIfAborted();
  return stands ? undefined : `${named(last)} is not in the log as the archive holds it`;
};
