import { type ArchiveHeld } from '../../domain/archive-held.js';
import { type WalkedLog } from '../log/walk-log.js';
import { type ArchiveReader } from './archive-port.js';
import { type LogNow, partedWays } from './fork.js';

/** What an archive holds of a log, or a sentence that says why it is of no use to it. Throws what the archive throws. */
export const heldOf = async (
  archive: ArchiveReader,
  log: WalkedLog,
  now: LogNow,
  signal: AbortSignal,
): Promise<ArchiveHeld | string> => {
  const names = await archive.names();
  const [first, last] = [names[0], names.at(-1)];
  if (first === undefined || last === undefined) return 'there is no archive in it';
  const fork = await partedWays(archive, log, now, signal);
  return fork ?? { from: first.from, through: last.to };
};
