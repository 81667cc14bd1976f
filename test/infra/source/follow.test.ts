import assert from 'node:assert/strict';
import { appendFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ReadBlock } from '../../../commands/source/read-block.js';
import { type SourceEnd, type SourceReading } from '../../../commands/source/source.js';
import { fileText } from '../../../infra/source/file-text.js';
import { eventually } from '../../support/eventually.js';
import { eventsOf, identify, longHeader, longRow, start } from '../../support/source-texts.js';
import { useTempFolder } from '../../support/temp-folder.js';

const row = (value: number): string => `${longRow({ value: String(value) })}\n`;
const often = { followEveryMillis: 5 };

describe('S2: --follow', () => {
  const folder = useTempFolder();
  const stops: AbortController[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0)) stop.abort();
  });

  /** Reads in the background; what has come so far can be looked at. */
  const follow = async (open: ReturnType<typeof fileText>) => {
    const stop = new AbortController();
    stops.push(stop);
    const source = await identify(open, stop.signal);
    const reading: SourceReading = await start(source, undefined, {}, stop.signal);
    const blocks: ReadBlock[] = [];
    const done = (async (): Promise<SourceEnd> => {
      for await (const block of reading.blocks()) blocks.push(block);
      return reading.end();
    })();
    return { source, blocks, done, stop, values: () => eventsOf(blocks).map(({ value }) => value) };
  };
  const has = (found: { values: () => readonly number[] }, count: number) =>
    eventually(`${String(count)} rows`, () => found.values().length === count, { everyMs: 5 });

  it('hands on what is appended, whole records only, and says when nothing more is at hand', async () => {
    const path = join(folder(), 'a.csv');
    await writeFile(path, `${longHeader}\n${row(0)}${row(1)}`);
    const found = await follow(fileText(path, often));
    await has(found, 2);
    assert.equal(found.blocks.at(-1)!.drained, true);
    await appendFile(path, row(2).slice(0, 50));
    await appendFile(path, row(2).slice(50));
    await has(found, 3);
    assert.deepEqual(found.values(), [0, 1, 2]);
    found.stop.abort();
    assert.equal((await found.done).kind, 'aborted');
  });

  it('waits for a header and a first row', async () => {
    const path = join(folder(), 'a.csv');
    await writeFile(path, '');
    const opening = follow(fileText(path, often));
    await appendFile(path, longHeader.slice(0, 10));
    await appendFile(path, `${longHeader.slice(10)}\n`);
    await appendFile(path, row(7));
    const found = await opening;
    await has(found, 1);
    assert.deepEqual(found.values(), [7]);
  });

  it('reads a renamed file to its end, then the new one at its path', async () => {
    const path = join(folder(), 'a.csv');
    const open = fileText(path, often);
    await writeFile(path, `${longHeader}\n${row(0)}`);
    const old = await follow(open);
    await has(old, 1);
    await rename(path, `${path}.1`);
    await appendFile(`${path}.1`, row(1));
    await writeFile(path, `${longHeader}\n${row(10)}`);
    assert.deepEqual(await old.done, { kind: 'replaced' });
    assert.deepEqual(old.values(), [0, 1]);
    const fresh = await follow(open);
    await has(fresh, 1);
    assert.deepEqual(fresh.values(), [10]);
    assert.notEqual(fresh.source.id, old.source.id);
  });

  it('finds a file that was renamed between its opening and its reading', async () => {
    const path = join(folder(), 'a.csv');
    await writeFile(path, `${longHeader}\n${row(0)}`);
    const source = await identify(fileText(path, often));
    await rename(path, `${path}.1`);
    await writeFile(path, `${longHeader}\n${row(5)}`);
    const reading = await start(source);
    const blocks: ReadBlock[] = [];
    for await (const block of reading.blocks()) blocks.push(block);
    assert.deepEqual(
      eventsOf(blocks).map(({ value }) => value),
      [0],
    );
    assert.deepEqual(reading.end(), { kind: 'replaced' });
  });

  for (const regrown of [false, true]) {
    it(`notices that a file was emptied${regrown ? ' and has grown past where it was' : ''}`, async () => {
      const path = join(folder(), 'a.csv');
      const open = fileText(path, often);
      await writeFile(path, `${longHeader}\n${row(0)}${row(1)}`);
      const old = await follow(open);
      await has(old, 2);
      const fresh = `${longHeader}\n${row(20)}${regrown ? row(21) + row(22) + row(23) : ''}`;
      if (regrown) await writeFile(path, fresh);
      else {
        await truncate(path);
        await appendFile(path, fresh);
      }
      assert.deepEqual(await old.done, { kind: 'replaced' });
      assert.deepEqual(old.values(), [0, 1]);
      const found = await follow(open);
      await has(found, regrown ? 4 : 1);
      assert.equal(found.values()[0], 20);
    });
  }
});
