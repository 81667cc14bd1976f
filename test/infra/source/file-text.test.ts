import assert from 'node:assert/strict';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createBlockReader } from '../../../commands/source/block-reader.js';
import { type ReadBlock } from '../../../commands/source/read-block.js';
import { recordBytes } from '../../../commands/source/record-bounds.js';
import { openSource } from '../../../commands/source/open-source.js';
import { type SourceCheckpoint } from '../../../domain/source-checkpoint.js';
import { fileText } from '../../../infra/source/file-text.js';
import { never } from '../../support/never.js';
import {
  allBlocks,
  blocksOfPieces,
  checkpointAt,
  cluster,
  contentsOf,
  eventsOf,
  identify,
  longHeader,
  longRow,
  rejectedOf,
  start,
} from '../../support/source-texts.js';
import { useTempFolder } from '../../support/temp-folder.js';

const rowsFrom = (from: number, count: number): string =>
  Array.from({ length: count }, (_, at) => `${longRow({ value: String(from + at) })}\n`).join('');
const wholeText = (count: number): string => `${longHeader}\n${rowsFrom(0, count)}`;
const once = { followEveryMillis: undefined };

describe('files as sources', () => {
  const folder = useTempFolder();
  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(folder(), name);
    await writeFile(path, content);
    return path;
  };
  const readFile = async (path: string) => {
    const source = await identify(fileText(path, once));
    const reading = await start(source);
    const blocks = await allBlocks(reading);
    return { source, reading, blocks, values: eventsOf(blocks).map(({ value }) => value) };
  };
  /** Some megabytes: rows of all lengths that a record may have, one that is longer, and some that are refused. */
  const longText = (): string => {
    const lengths = [0, 200, 900, 20_000, 1, recordBytes - 1_000, 7, recordBytes + 1_000, 400];
    const rows = Array.from({ length: 500 }, (_, at) =>
      longRow({
        value: at % 50 ? String(at) : 'bad',
        labels_raw: 'x'.repeat(lengths[at % lengths.length]! + (at >> 3)),
      }),
    );
    return `${longHeader}\n${rows.join('\n')}\n`;
  };
  const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

  it('S1, S3: one that takes many reads is read as its bytes are at once, and on from any place', async () => {
    const text = longText();
    const path = await write('long.csv', text);
    const expected = contentsOf(blocksOfPieces([Buffer.from(text)], undefined, createBlockReader))!;
    const source = await identify(fileText(path, once));
    const reading = await start(source);
    const blocks = [];
    const checkpoints = [];
    for await (const block of reading.blocks()) {
      blocks.push(block);
      checkpoints.push(checkpointAt(source, reading, block));
    }
    assert.deepEqual(contentsOf(blocks), expected);
    for (const [at, checkpoint] of checkpoints.entries()) {
      // By the same source, which has learnt from the file, and in the memory that it was read into.
      const left = await allBlocks(await start(source, checkpoint));
      assert.deepEqual(eventsOf(left), eventsOf(blocks.slice(at + 1)));
      assert.deepEqual(rejectedOf(left), rejectedOf(blocks.slice(at + 1)));
    }
  });

  it('S2: a file, compressed or not, in one or several members, has the same id and rows', async () => {
    const text = wholeText(3000);
    const [head, tail] = [text.slice(0, 500_001), text.slice(500_001)];
    const plain = await readFile(await write('a.csv', text));
    const zipped = await readFile(await write('b.csv.gz', gzipSync(text)));
    const members = await readFile(
      await write('c.gz', Buffer.concat([gzipSync(head), gzipSync(tail), Buffer.alloc(99)])),
    );
    for (const read of [plain, zipped, members]) {
      assert.equal(read.source.id, plain.source.id);
      assert.deepEqual(read.values, upTo(3000));
      assert.deepEqual(read.reading.covered(), plain.reading.covered());
      assert.deepEqual(read.reading.end(), { kind: 'ended' });
    }
    assert.deepEqual(plain.reading.progress(), { readBytes: text.length, sizeBytes: text.length });
  });

  it('S1: a compressed file is read on from a checkpoint, a plain one of the same text too', async () => {
    const text = wholeText(3000);
    const path = await write('a.csv.gz', gzipSync(text));
    const source = await identify(fileText(path, once));
    const reading = await start(source);
    let checkpoint: SourceCheckpoint | undefined;
    for await (const block of reading.blocks()) {
      checkpoint = checkpointAt(source, reading, block);
      if (block.nextRow > 1000) break;
    }
    const offset = checkpoint!.row - 1;
    for (const again of [path, await write('a.csv', text)]) {
      const left = await allBlocks(await start(await identify(fileText(again, once)), checkpoint));
      assert.deepEqual(
        eventsOf(left).map(({ value }) => value),
        upTo(3000).slice(offset),
      );
    }
  });

  it('S3: a compressed file that breaks off gives its whole records, and says that it broke off', async () => {
    const whole = gzipSync(wholeText(3000));
    for (const length of [whole.length - 1, whole.length - 9, whole.length >> 1]) {
      const { blocks, values, reading } = await readFile(await write('cut.csv.gz', whole.subarray(0, length)));
      assert.ok(values.length > 0);
      assert.deepEqual(values, upTo(values.length));
      assert.deepEqual(rejectedOf(blocks), []);
      const end = reading.end();
      assert.equal(end.kind, 'broken');
      assert.match(end.kind === 'broken' ? end.message : '', /cannot be read to its end \(unexpected end of file\)/);
    }
  });

  it('S3: a compressed file that is damaged, or goes on uncompressed, is never silently complete', async () => {
    const whole = gzipSync(wholeText(3000));
    const damaged = Buffer.from(whole);
    damaged[whole.length - 6]! ^= 1;
    const mixed = Buffer.concat([whole, Buffer.from(rowsFrom(3000, 1))]);
    for (const bytes of [damaged, mixed, Buffer.concat([whole, whole.subarray(0, 1)])]) {
      const { reading } = await readFile(await write('bad.csv.gz', bytes));
      assert.equal(reading.end().kind, 'broken');
    }
  });

  it('S1: one that becomes shorter while it is read is not read to its end, and given again goes on at a whole record', async () => {
    const text = wholeText(50_000);
    const path = await write('cut.csv', text);
    const source = await identify(fileText(path, once));
    const reading = await start(source);
    const read: { readonly block: ReadBlock; readonly checkpoint: SourceCheckpoint }[] = [];
    for await (const block of reading.blocks()) {
      // In the middle of a row.
      if (read.length === 0) await truncate(path, text.length - 100_003);
      read.push({ block, checkpoint: checkpointAt(source, reading, block) });
    }
    const end = reading.end();
    assert.match(end.kind === 'broken' ? end.message : end.kind, /it became shorter while it was read/);
    const begun = read.map(({ block }) => block);
    await writeFile(path, text);
    const rest = await allBlocks(await start(await identify(fileText(path, once)), read.at(-1)!.checkpoint));
    assert.deepEqual(rejectedOf([...begun, ...rest]), []);
    const values = eventsOf([...begun, ...rest]).map(({ value }) => value);
    assert.ok(begun.length > 1 && rest.length > 0);
    assert.deepEqual(values, upTo(50_000));
  });

  it('S3: what cannot be opened says why', async () => {
    const refusal = async (path: string): Promise<string> => {
      const opening = await openSource(fileText(path, once), cluster, never);
      return opening.kind === 'refused' ? `${opening.reason}: ${opening.message}` : opening.kind;
    };
    assert.match(await refusal(join(folder(), 'none.csv')), /^unreadable: .*none.csv: there is no such file$/);
    assert.match(await refusal(folder()), /^unreadable: .*: it is not a file$/);
    assert.match(
      await refusal(await write('half.gz', gzipSync(wholeText(9)).subarray(0, 20))),
      /^unreadable: .*cannot be read/,
    );
    assert.match(await refusal(await write('empty.csv', '')), /^empty: /);
    assert.match(await refusal(await write('empty.csv.gz', gzipSync(''))), /^empty: /);
    assert.match(await refusal('/dev/null'), /^empty: /);
  });

  it('an abort ends a reading', async () => {
    const stop = new AbortController();
    for (const path of [await write('a.csv', wholeText(9000)), await write('a.gz', gzipSync(wholeText(9000)))]) {
      const reading = await start(await identify(fileText(path, once)), undefined, {}, stop.signal);
      let rows = 0;
      for await (const block of reading.blocks()) {
        rows += block.rows;
        stop.abort();
      }
      assert.ok(rows < 9000);
      assert.equal(reading.end().kind, 'aborted');
    }
  });
});
