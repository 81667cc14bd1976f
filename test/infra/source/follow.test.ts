import assert from 'node:assert/strict';
import { appendFile, type FileHandle, mkdir, open, rename, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ReadBlock } from '../../../commands/source/read-block.js';
import { type IdentifiedSource, type SourceEnd, type SourceReading } from '../../../commands/source/source.js';
import { type SourceCheckpoint } from '../../../domain/source-checkpoint.js';
import { identityOf } from '../../../infra/source/file-identity.js';
import { fileText } from '../../../infra/source/file-text.js';
import { readFileFrom } from '../../../infra/source/plain-file.js';
import { eventually } from '../../support/eventually.js';
import { never } from '../../support/never.js';
import { checkpointAt, eventsOf, identify, longHeader, longRow, start } from '../../support/source-texts.js';
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

  it('S1: ends as stopped whenever that happens, also in the middle of a look at the file', async () => {
    const path = join(folder(), 'a.csv');
    await writeFile(path, `${longHeader}\n${row(0)}`);
    for (let turns = 0; turns < 40; turns++) {
      const found = await follow(fileText(path, { followEveryMillis: 1 }));
      await has(found, 1);
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      found.stop.abort();
      assert.deepEqual(await found.done, { kind: 'aborted' }, `after ${String(turns)} turns`);
    }
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
    const stop = new AbortController();
    stops.push(stop);
    const source = await identify(fileText(path, often), stop.signal);
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

  describe('read again, as after a lost lane', () => {
    const opened = async (path: string, value = 0) => {
      await writeFile(path, `${longHeader}\n${row(value)}`);
      const open = fileText(path, often);
      const stop = new AbortController();
      stops.push(stop);
      return { open, source: await identify(open, stop.signal) };
    };
    /** Reads so many rows and drops the reading; gives the checkpoint behind them. */
    const readSome = async (source: IdentifiedSource, count: number): Promise<SourceCheckpoint> => {
      const dropped = new AbortController();
      const reading = await start(source, undefined, {}, dropped.signal);
      let checkpoint: SourceCheckpoint | undefined;
      for await (const block of reading.blocks()) {
        if (block.to > block.from) checkpoint = checkpointAt(source, reading, block);
        if (block.nextRow > count) dropped.abort();
      }
      return checkpoint!;
    };

    for (const removed of [false, true]) {
      it(`S1: reads a file to its end that was ${removed ? 'removed' : 'moved to another folder'} meanwhile`, async () => {
        const path = join(folder(), 'a.csv');
        const { open, source } = await opened(path);
        const checkpoint = await readSome(source, 1);
        await appendFile(path, row(1));
        if (removed) await unlink(path);
        else {
          await mkdir(join(folder(), 'old'));
          await rename(path, join(folder(), 'old/a.csv'));
        }
        await writeFile(path, `${longHeader}\n${row(10)}`);
        const reading = await start(source, checkpoint);
        const blocks: ReadBlock[] = [];
        for await (const block of reading.blocks()) blocks.push(block);
        assert.deepEqual(
          eventsOf(blocks).map(({ value }) => value),
          [1],
        );
        assert.deepEqual(reading.end(), { kind: 'replaced' });
        const fresh = await follow(open);
        await has(fresh, 1);
        assert.deepEqual(fresh.values(), [10]);
      });
    }

    it('S2: says what is lost of a file that was emptied meanwhile, and goes on with what it holds now', async () => {
      const path = join(folder(), 'a.csv');
      const { open, source } = await opened(path);
      const checkpoint = await readSome(source, 1);
      for (const from of [checkpoint, undefined]) {
        await writeFile(path, `${longHeader}\n${row(30)}${row(31)}`);
        const again = await source.read(from, {}, never);
        assert.equal(again.kind, 'replaced');
        assert.match(
          again.kind === 'replaced' ? again.message : '',
          new RegExp(
            `a.csv was emptied or written anew .* behind byte ${String(from?.offset ?? 0)} of the old text is lost`,
          ),
        );
      }
      const fresh = await follow(open);
      await has(fresh, 2);
    });
  });

  it('S2: takes nothing of what a file was written anew with for what follows, while it worked on what it had read', async () => {
    const path = join(folder(), 'a.csv');
    const [old, fresh] = [Buffer.alloc(3 << 20, 'o'), Buffer.alloc(4 << 20, 'n')];
    const stop = new AbortController();
    stops.push(stop);
    for (const taken of [1, 2, 3, 4]) {
      await writeFile(path, old);
      const opening = await fileText(path, often)(stop.signal);
      assert(opening.kind === 'opened');
      const kinds: string[] = [];
      for await (const step of opening.text.steps(0, stop.signal)) {
        kinds.push(step.kind);
        if (step.kind !== 'text') continue;
        assert.equal(step.bytes.includes(fresh[0]!), false, `after ${String(taken)} pieces`);
        // As long as an etcd that does not answer lets it wait.
        if (kinds.length === taken) await writeFile(path, fresh);
      }
      assert.equal(kinds.at(-1), 'replaced');
      assert.equal(kinds.length, taken + 1);
    }
  });

  it('S2: takes nothing of what a file was written anew with just before it was to be read on', async () => {
    const path = join(folder(), 'a.csv');
    const old = Buffer.alloc(1_000, 'o');
    await writeFile(path, old);
    const held = await open(path);
    const identity = identityOf(await held.stat({ bigint: true }));
    const read = held.read.bind(held) as (...given: unknown[]) => Promise<unknown>;
    let ends = 0;
    // At the end of the old text nothing is found the first time, and the second time what has been written since.
    held.read = (async (...given: unknown[]) => {
      if (given[3] === old.length && ++ends === 2) await writeFile(path, Buffer.alloc(2_000, 'n'));
      return read(...given);
    }) as FileHandle['read'];
    const kinds: string[] = [];
    const reading = { path, held, identity, size: old.length, ...often, onRead: () => undefined };
    for await (const { kind } of readFileFrom(reading, 0, never)) kinds.push(kind);
    await held.close();
    assert.deepEqual([kinds, ends], [['text', 'idle', 'replaced'], 2]);
  });

  for (const regrown of [false, true]) {
    it(`S3: makes no row of what stands before the place where a file ${regrown ? 'was written anew' : 'was emptied'}`, async () => {
      const path = join(folder(), 'a.csv');
      const rows = 40_000;
      await writeFile(path, `${longHeader}\n${Array.from({ length: rows }, (_, value) => row(value)).join('')}`);
      const stop = new AbortController();
      stops.push(stop);
      const source = await identify(fileText(path, often), stop.signal);
      const reading = await start(source, undefined, {}, stop.signal);
      const blocks: ReadBlock[] = [];
      for await (const block of reading.blocks()) {
        if (blocks.push(block) > 1) continue;
        // While the first is appended, which takes as long as etcd lets it.
        await writeFile(path, longHeader);
        if (regrown) await appendFile(path, `\n${row(-1).repeat(2 * rows)}`);
      }
      const values = eventsOf(blocks).map(({ value }) => value);
      assert.ok(values.length > 100 && values.length < rows, String(values.length));
      assert.deepEqual(
        values,
        values.map((_, n) => n),
      );
      assert.deepEqual(
        blocks.flatMap((block) => block.rejected),
        [],
      );
      const end = reading.end();
      assert.ok(end.kind === 'replaced' && end.cutAt! > 0);
    });
  }

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
