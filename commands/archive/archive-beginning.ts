import { type ArchiveHead, type TrimmedFrom } from '../../domain/archive-file.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type TrimHorizons } from '../../domain/trim-horizon.js';
import { type WalkedLog } from '../log/walk-log.js';
import { type ArchiveReader } from './archive-port.js';

/** What an archive that is begun now will lack, because it has been deleted from the log. */
export const trimmedOf = (horizons: TrimHorizons): readonly TrimmedFrom[] =>
  [...horizons]
    .filter(([, { from }]) => from > beginning)
    .map(([partition, { from }]) => ({ partition, from }))
    .sort((a, b) => a.partition - b.partition);

/** Of that, what concerns a file that begins here. */
export const lackedFrom = (trimmed: readonly TrimmedFrom[], from: Revision): Pick<ArchiveHead, 'trimmed'> => {
  const lacked = trimmed.filter((one) => one.from > from);
  return lacked.length === 0 ? {} : { trimmed: lacked };
};

/** From this revision on an archive holds every segment of the log; undefined where it holds nothing. */
export const completeFrom = async (archive: ArchiveReader): Promise<Revision | undefined> => {
  const [first] = await archive.names();
  if (first === undefined) return undefined;
  const { from, trimmed = [] } = (await archive.read(first)).head;
  return trimmed.reduce((latest, one) => (one.from > latest ? one.from : latest), from);
};

/**
 * A sentence where the log holds segments from before an archive begins; undefined where all that the log holds up to
 * the archive's end is in it. Throws what both throw.
 */
export const earlierInLog = async (
  archive: ArchiveReader,
  log: WalkedLog,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const [first] = await archive.names();
  if (first === undefined || first.from <= beginning) return undefined;
  const before = (first.from - 1n) as Revision;
  for await (const { entries } of log.list({ kind: 'everything' }, beginning, before, signal)) {
    const [earlier] = entries;
    if (earlier !== undefined)
      return `it begins at revision ${String(first.from)}, and lacks ${earlier.key} of revision ${String(earlier.revision)}`;
  }
  signal.throwIfAborted();
  return undefined;
};
