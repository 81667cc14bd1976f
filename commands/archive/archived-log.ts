import { type LogBatch, type LogEntry, type LogScope, LogTrimmed } from '../../domain/log-entry.js';
import { next, type Revision } from '../../domain/revision.js';
import { type WalkedLog } from '../log/walk-log.js';
import { type ArchiveReader } from './archive-port.js';

const within = (entry: LogEntry, scope: LogScope, from: Revision, to: Revision): boolean =>
  entry.revision >= from &&
  entry.revision <= to &&
  (scope.kind === 'everything' || scope.partition === entry.partition);

/** An archive as a log: its head is where it ends. Each file is checked by its hash before anything of it is handed on. */
export const archiveAsLog = (archive: ArchiveReader): WalkedLog => ({
  head: async () => (await archive.names()).at(-1)?.to ?? (0n as Revision),
  async *list(scope, from, to, signal) {
    for (const name of await archive.names()) {
      if (signal.aborted) return;
      if (name.to < from || name.from > to) continue;
      const { entries } = await archive.read(name);
      const through = name.to < to ? name.to : to;
      yield { entries: entries.filter((entry) => within(entry, scope, from, to)), through, live: false };
    }
  },
});

/**
 * Archive and log read as one: what the archive holds from there, the rest from the log. Where the archive begins later
 * than asked for, what lies before it comes from the log too, as far as that reaches back. Throws LogTrimmed where the
 * log was trimmed behind the archive's end: what lies between is in neither.
 */
export const archivedLog = (archive: ArchiveReader, log: WalkedLog): WalkedLog => ({
  head: (signal) => log.head(signal),
  async *list(scope, from, to, signal): AsyncGenerator<LogBatch, void, undefined> {
    const names = await archive.names();
    const [first, last] = [names[0], names.at(-1)];
    if (first === undefined || last === undefined || last.to < from || first.from > to) {
      yield* log.list(scope, from, to, signal);
      return;
    }
    const before = (first.from - 1n) as Revision;
    if (from <= before && before >= 0n) yield* log.list(scope, from, before, signal);
    yield* archiveAsLog(archive).list(scope, from, to, signal);
    yield* behindArchive(archive, log, scope, next(last.to), to, signal);
  },
});

/** What the log has behind the archive; what is archived and trimmed while it is read comes from the archive as well. */
async function* behindArchive(
  archive: ArchiveReader,
  log: WalkedLog,
  scope: LogScope,
  begun: Revision,
  to: Revision,
  signal: AbortSignal,
): AsyncGenerator<LogBatch, void, undefined> {
  for (let from = begun; from <= to && !signal.aborted;) {
    try {
      for await (const batch of log.list(scope, from, to, signal, 'refused')) {
        yield batch;
        from = next(batch.through);
      }
      return;
    } catch (error) {
      const end = (await archive.names()).at(-1)?.to;
      if (!(error instanceof LogTrimmed) || end === undefined || end < from) throw error;
      yield* archiveAsLog(archive).list(scope, from, end < to ? end : to, signal);
      from = next(end);
    }
  }
}
