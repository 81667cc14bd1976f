import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type ReadBlock } from '../../../commands/source/read-block.js';
import { streamText } from '../../../infra/source/stream-text.js';
import { eventually } from '../../support/eventually.js';
import {
  allBlocks,
  checkpointAt,
  eventsOf,
  identify,
  longHeader,
  longRow,
  memoryText,
  start,
} from '../../support/source-texts.js';

const rows = (from: number, count: number): string =>
  Array.from({ length: count }, (_, at) => `${longRow({ value: String(from + at) })}\n`).join('');
const given = (bytes: string | Uint8Array): PassThrough => {
  const stream = new PassThrough();
  stream.end(bytes);
  return stream;
};
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);
const valuesOf = (blocks: readonly ReadBlock[]): readonly number[] => eventsOf(blocks).map(({ value }) => value);

describe('standard input as a source', () => {
  const text = `${longHeader}\n${rows(0, 3000)}`;

  it('S1: is read once, compressed or not', async () => {
    for (const bytes of [text, gzipSync(text)]) {
      const reading = await start(await identify(streamText('-', given(bytes))));
      assert.deepEqual(valuesOf(await allBlocks(reading)), upTo(3000));
      assert.deepEqual(reading.end(), { kind: 'ended' });
    }
  });

  it('S1: given again it goes on where it ended; in the same process it cannot', async () => {
    const source = await identify(memoryText(Buffer.from(text)));
    const reading = await start(source);
    const first = (await reading.blocks()[Symbol.asyncIterator]().next()).value as ReadBlock;
    const checkpoint = checkpointAt(source, reading, first);
    const again = await identify(streamText('-', given(text)));
    assert.equal(again.id, source.id);
    const left = await allBlocks(await start(again, checkpoint));
    assert.deepEqual(valuesOf(left), upTo(3000).slice(first.nextRow - 1));
    const third = await again.read(checkpoint, {}, new AbortController().signal);
    assert.equal(third.kind === 'refused' && third.reason, 'read-before');
  });

  it('S2: other text behind the same first row is refused', async () => {
    const source = await identify(memoryText(Buffer.from(text)));
    const reading = await start(source);
    const first = (await reading.blocks()[Symbol.asyncIterator]().next()).value as ReadBlock;
    const other = given(`${longHeader}\n${rows(0, 1)}${rows(5, 3000)}`);
    const checkpoint = checkpointAt(source, reading, first);
    const refused = await (await identify(streamText('-', other))).read(checkpoint, {}, new AbortController().signal);
    assert.equal(refused.kind === 'refused' && refused.reason, 'other-content');
  });

  it('hands on what there is when nothing more comes', async () => {
    const stream = new PassThrough();
    stream.write(`${longHeader}\n${rows(0, 2)}`);
    const reading = await start(await identify(streamText('-', stream)));
    const blocks: ReadBlock[] = [];
    const done = (async () => {
      for await (const block of reading.blocks()) blocks.push(block);
    })();
    await eventually('two rows', () => valuesOf(blocks).length === 2, { everyMs: 5 });
    stream.write(rows(2, 1));
    await eventually('a third row', () => valuesOf(blocks).length === 3, { everyMs: 5 });
    assert.equal(blocks.at(-1)!.drained, true);
    stream.end();
    await done;
    assert.deepEqual(reading.end(), { kind: 'ended' });
  });

  it('S1: an abort ends the reading, says what was held, and frees the stream', async () => {
    const stream = new PassThrough();
    const stop = new AbortController();
    stream.write(`${longHeader}\n${rows(0, 2)}half a row`);
    const reading = await start(await identify(streamText('-', stream)), undefined, {}, stop.signal);
    const blocks: ReadBlock[] = [];
    for await (const block of reading.blocks()) {
      blocks.push(block);
      stop.abort();
    }
    assert.deepEqual(valuesOf(blocks), [0, 1]);
    assert.deepEqual(reading.end(), { kind: 'aborted', heldBytes: 'half a row'.length });
    assert.equal(stream.destroyed, true);
  });
});
