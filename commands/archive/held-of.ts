import { type ArchiveHeld } from '../../domain/archive-held.js';
import { type WalkedLog } from '../log/walk-log.js';
import { completeFrom } from './archive-beginning.js';
import { type ArchiveReader } from './archive-port.js';
import { type LogNow, partedWays } from './fork.js';

/**
 * What an archive holds of a log, or a sentence that says why it is of no use to it. Throws what the archive and `now`
 * throw.
 */
export const heldOf = async (
  archive: ArchiveReader,
  log: WalkedLog,
  now: (signal: AbortSignal) => Promise<LogNow>,
  signal: AbortSignal,
): Promise<ArchiveHeld | string> => {
  const names = await archive.names();
  const [first, last] = [names[0], names.at(-1)];
  if (first === undefined || last === undefined) return 'there is no archive in it';
  // As it was before the log was looked at: it may grow meanwhile, and is not to look as if it were ahead.
  const seen = { names: () => Promise.resolve(names), read: archive.read.bind(archive) };
  const fork = await partedWays(seen, log, await now(signal), signal);
  return fork ?? { from: (await completeFrom(archive)) ?? first.from, through: last.to };
};
