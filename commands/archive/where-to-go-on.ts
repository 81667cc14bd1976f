import { type ArchiveName, type TrimmedFrom } from '../../domain/archive-file.js';
import { beginning, next, type Revision } from '../../domain/revision.js';
import { type WalkedLog } from '../log/walk-log.js';
import { earlierInLog, trimmedOf } from './archive-beginning.js';
import { type ArchiveReader } from './archive-port.js';
import { type LogNow, partedWays } from './fork.js';

/** Where archiving goes on, and what the archive lacks of the log, because it was deleted before the archive was begun. */
export interface GoingOn {
  /** The next revision that the archive does not hold. */
  readonly from: Revision;
  readonly trimmed: readonly TrimmedFrom[];
}

export interface Archived {
  readonly archive: ArchiveReader;
  readonly log: WalkedLog;
  readonly check: CheckFile;
}

/** Reads a file, where that is worth it, before anything is written; the last one always is. Throws what reading throws. */
export type CheckFile = (name: ArchiveName, signal: AbortSignal) => Promise<void>;

const another = 'Archive the log into another folder';

/** A sentence where the archive cannot be gone on with. Throws what archive and log throw. */
export const whereToGoOn = async (
  { archive, log, check }: Archived,
  now: LogNow,
  signal: AbortSignal,
): Promise<GoingOn | string> => {
  const names = await archive.names();
  const newest = names.at(-1);
  if (newest === undefined) return { from: beginning, trimmed: trimmedOf(now.horizons) };
  const fork = await partedWays(archive, log, now, signal);
  if (fork !== undefined) return fork;
  for (const name of names) {
    await check(name, signal);
    signal.throwIfAborted();
  }
  const from = next(newest.to);
  const { trimmed = [] } = (await archive.read(newest)).head;
  const lost = trimmedOf(now.horizons).find((one) => one.from > from && !isKnown(trimmed, one));
  if (lost !== undefined) {
    return (
      `it ends at revision ${String(newest.to)}, and the log of partition ${String(lost.partition)} has been trimmed up ` +
      `to ${String(lost.from)}: what lies between is lost to it. ${another}`
    );
  }
  const earlier = await earlierInLog(archive, log, signal);
  return earlier === undefined ? { from, trimmed } : `${earlier}. ${another}`;
};

/** True for what was gone when the archive was begun. */
const isKnown = (trimmed: readonly TrimmedFrom[], { partition, from }: TrimmedFrom): boolean =>
  trimmed.some((one) => one.partition === partition && one.from >= from);
