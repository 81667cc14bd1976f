import assert from 'node:assert/strict';
import { type ArchiveReader } from '../../commands/archive/archive-port.js';
import { ArchiveRefused } from '../../commands/archive/archive-refused.js';
import { sourcesIn } from '../../commands/archive/archive-text.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type Revision } from '../../domain/revision.js';
import { never } from '../support/never.js';
import { longHeader, longRow } from '../support/source-texts.js';
import { entriesOfText } from './log/memory-log.js';

const archiveOf = (entries: readonly LogEntry[]): ArchiveReader => ({
  names: () => Promise.resolve([{ from: 1n as Revision, to: 9n as Revision, sha256: '' }]),
  read: () => Promise.resolve({ head: {} as never, entries }),
});

/** The bytes of a segment as those of a version of the format that no program knows. */
const newer = ({ bytes, ...entry }: LogEntry): LogEntry => {
  const changed = Uint8Array.from(bytes);
  changed[2] = 99;
  return { ...entry, bytes: changed };
};

describe('an archive as sources', () => {
  const texts = ['h1', 'h2'].map((Hostname) => `${longHeader}\n${longRow({ Hostname })}\n`);
  const entries = async () => (await Promise.all(texts.map((text, n) => entriesOfText(text, n + 1)))).flat();

  it('lists them in the order in which they come in it, each once', async () => {
    const [one, two] = await entries();
    assert.equal((await sourcesIn(archiveOf([one!, two!, one!]), 'a', never)).length, 2);
  });

  it('L6: says which segment it cannot read, and passes over no source of which there is no other', async () => {
    const [one, two] = await entries();
    const reading = sourcesIn(archiveOf([one!, newer(two!)]), 'folder', never);
    await assert.rejects(reading, (error: unknown) => {
      assert.ok(error instanceof ArchiveRefused);
      assert.ok(error.message.startsWith(`folder: ${two!.key} cannot be read: `), error.message);
      return true;
    });
  });
});
