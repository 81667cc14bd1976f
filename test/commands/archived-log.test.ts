import assert from 'node:assert/strict';
import { archivedLog } from '../../commands/archive/archived-log.js';
import { type ArchiveReader } from '../../commands/archive/archive-port.js';
import { type WalkedLog } from '../../commands/log/walk-log.js';
import { type LogEntry, LogTrimmed } from '../../domain/log-entry.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { never } from '../support/never.js';

const rev = (revision: number) => BigInt(revision) as Revision;
const entry = (revision: number) => ({ revision: rev(revision), partition: 0 }) as LogEntry;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** Files of ten revisions each, as many as there are when it is asked. */
const archiveOf = (files: () => number): ArchiveReader => ({
  names: () => Promise.resolve(range(1, files()).map((n) => ({ from: rev(n * 10 - 9), to: rev(n * 10), sha256: '' }))),
  read: ({ from, to }) => Promise.resolve({ head: {} as never, entries: range(Number(from), Number(to)).map(entry) }),
});

/** A log of 40 revisions that has been trimmed before one; every batch is of a single revision. */
const logFrom = (whole: () => number): WalkedLog => ({
  head: () => Promise.resolve(rev(40)),
  async *list(_scope, from, to, _signal, gaps) {
    for (let revision = Number(from); revision <= Number(to); revision++) {
      if (revision < whole() && gaps === 'refused') throw new LogTrimmed('it was trimmed');
      if (revision >= whole()) yield { entries: [entry(revision)], through: rev(revision), live: false };
    }
  },
});

const read = async (log: WalkedLog, seen: (revision: number) => void = () => undefined): Promise<readonly number[]> => {
  const found: number[] = [];
  for await (const { entries } of log.list({ kind: 'everything' }, beginning, rev(40), never))
    for (const { revision } of entries) {
      found.push(Number(revision));
      seen(Number(revision));
    }
  return found;
};

describe('an archive and the log behind it read as one', () => {
  it('R6: what is archived and trimmed while it is read comes from the archive', async () => {
    const state = { files: 1, whole: 11 };
    const log = archivedLog(
      archiveOf(() => state.files),
      logFrom(() => state.whole),
    );
    const all = await read(log, (revision) => {
      if (revision === 15) Object.assign(state, { files: 3, whole: 31 });
    });
    assert.deepEqual(all, range(1, 40));
  });

  it('L1: what stands in neither is not left out in silence', async () => {
    const log = archivedLog(
      archiveOf(() => 1),
      logFrom(() => 21),
    );
    await assert.rejects(read(log), LogTrimmed);
  });
});
