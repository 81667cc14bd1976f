import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type ReadBlock } from '../../../commands/source/read-block.js';
import { type TextStep } from '../../../domain/source-text.js';
import { streamText } from '../../../infra/source/stream-text.js';
import { eventually } from '../../support/eventually.js';
import { never } from '../../support/never.js';
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

  it('S1: is read whatever its first byte comes with, compressed or not', async () => {
    for (const bytes of [Buffer.from(text), gzipSync(text)]) {
      const stream = new PassThrough();
      const identified = identify(streamText('-', stream));
      stream.write(bytes.subarray(0, 1));
      await eventually('the first byte is taken', () => stream.readableLength === 0);
      stream.end(bytes.subarray(1));
      const reading = await start(await identified);
      assert.deepEqual(valuesOf(await allBlocks(reading)), upTo(3000));
      assert.deepEqual(reading.end(), { kind: 'ended' });
    }
    const alone = await streamText('-', given('x'))(never);
    assert(alone.kind === 'opened');
    const steps: TextStep[] = [];
    for await (const step of alone.text.steps(0, never)) steps.push(step);
    assert.deepEqual(steps, [{ kind: 'text', bytes: Buffer.from('x') }, { kind: 'end' }]);
  });

  it('S1: what came before the stream failed is read, and the failure said', async () => {
    const stream = new PassThrough();
    stream.write(text);
    const reading = await start(await identify(streamText('-', stream)));
    const blocks: ReadBlock[] = [];
    for await (const block of reading.blocks()) {
      blocks.push(block);
      if (valuesOf(blocks).length === 3000) stream.destroy(new Error('the pipe has burst'));
    }
    assert.deepEqual(valuesOf(blocks), upTo(3000));
    assert.deepEqual(reading.end(), { kind: 'broken', message: 'reading failed: the pipe has burst' });
  });

  it('S1: given again it goes on where it ended; what is not settled is read again, what is settled cannot be', async () => {
    const source = await identify(memoryText(Buffer.from(text)));
    const reading = await start(source);
    const first = (await reading.blocks()[Symbol.asyncIterator]().next()).value as ReadBlock;
    const checkpoint = checkpointAt(source, reading, first);
    const again = await identify(streamText('-', given(text)));
    assert.equal(again.id, source.id);
    const left = await allBlocks(await start(again, checkpoint));
    assert.deepEqual(valuesOf(left), upTo(3000).slice(first.nextRow - 1));
    assert.deepEqual(valuesOf(await allBlocks(await start(again, checkpoint))), upTo(3000).slice(first.nextRow - 1));
    again.settled(text.length);
    const third = await again.read(checkpoint, {}, never);
    assert.equal(third.kind === 'refused' && third.reason, 'read-before');
  });

  it('S2: other text behind the same first row is refused', async () => {
    const source = await identify(memoryText(Buffer.from(text)));
    const reading = await start(source);
    const first = (await reading.blocks()[Symbol.asyncIterator]().next()).value as ReadBlock;
    const other = given(`${longHeader}\n${rows(0, 1)}${rows(5, 3000)}`);
    const checkpoint = checkpointAt(source, reading, first);
    const refused = await (await identify(streamText('-', other))).read(checkpoint, {}, never);
    assert.equal(refused.kind === 'refused' && refused.reason, 'other-content');
  });

  it('hands on what there is sooner where an append is to wait less', async () => {
    const order: string[] = [];
    const streams = [new PassThrough(), new PassThrough()];
    const read = async (name: string, stream: PassThrough, waitMillis?: number): Promise<void> => {
      const reading = await start(await identify(streamText(name, stream, waitMillis)));
      const blocks = reading.blocks()[Symbol.asyncIterator]();
      stream.write(rows(0, 1));
      for (let values = 0; values < 2;) values += valuesOf([(await blocks.next()).value as ReadBlock]).length;
      order.push(name);
      stream.end();
    };
    for (const stream of streams) stream.write(`${longHeader}\n${rows(0, 1)}`);
    await Promise.all([read('usual', streams[0]!, 1_000), read('soon', streams[1]!, 0)]);
    assert.deepEqual(order, ['soon', 'usual']);
  });

  it('hands on a row that comes alone at once where all before it is in the log, and waits for more where not', async () => {
    const order: string[] = [];
    const sources = ['under way', 'settled'].map((name) => ({ name, stream: new PassThrough() }));
    const reading = sources.map(async ({ name, stream }) => {
      stream.write(`${longHeader}\n${rows(0, 1)}`);
      const source = await identify(streamText(name, stream));
      const blocks = (await start(source)).blocks()[Symbol.asyncIterator]();
      const first = (await blocks.next()).value as ReadBlock;
      assert.deepEqual([valuesOf([first]), first.drained], [[0], true]);
      if (name === 'settled') source.settled(first.to);
      return async () => {
        const next = (await blocks.next()).value as ReadBlock;
        assert.deepEqual([valuesOf([next]), next.drained], [[1], true]);
        order.push(name);
      };
    });
    const nexts = (await Promise.all(reading)).map((next) => next());
    for (const { stream } of sources) stream.write(rows(1, 1));
    await Promise.all(nexts);
    assert.deepEqual(order, ['settled', 'under way']);
    for (const { stream } of sources) stream.end();
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

  it('S1: a reading that is dropped loses nothing, and those who wait for more are still told of a pause', async () => {
    const stream = new PassThrough();
    stream.write(`${longHeader}\n${rows(0, 2)}`);
    const sizeOf = (count: number): number => `${longHeader}\n${rows(0, count)}`.length;
    const source = await identify(streamText('-', stream));
    for (const rowsSoFar of [2, 3]) {
      const dropped = new AbortController();
      const reading = await start(source, undefined, {}, dropped.signal);
      const blocks: ReadBlock[] = [];
      for await (const block of reading.blocks()) {
        blocks.push(block);
        if (block.drained && valuesOf(blocks).length === rowsSoFar) dropped.abort();
      }
      assert.deepEqual(valuesOf(blocks), upTo(rowsSoFar));
      assert.deepEqual(source.unsettled(), { bytes: sizeOf(rowsSoFar), lines: rowsSoFar + 1 });
      stream.write(rows(rowsSoFar, 1));
    }
    stream.end();
    assert.deepEqual(valuesOf(await allBlocks(await start(source))), upTo(4));
    source.settled(sizeOf(4));
    assert.deepEqual(source.unsettled(), { bytes: 0, lines: 0 });
  });

  it('L8: no more is taken from the stream while much of it is not settled', async () => {
    const row = rows(1, 1);
    const total = Math.ceil((40 * 2 ** 20) / row.length);
    let taken = 0;
    const stream = Readable.from(
      (function* () {
        yield Buffer.from(`${longHeader}\n`);
        for (const many = Buffer.from(row.repeat(100)); taken < total; taken += 100) yield many;
      })(),
    );
    const source = await identify(streamText('-', stream));
    const reading = await start(source);
    let [read, to] = [0, 0];
    const done = (async () => {
      for await (const block of reading.blocks()) [read, to] = [read + block.rows, block.to];
    })();
    const isHeld = async (): Promise<boolean> => {
      const before = taken;
      await sleep(100);
      return before === taken && to === longHeader.length + 1 + taken * row.length;
    };
    await eventually('nothing more is taken', isHeld, { everyMs: 5 });
    const { bytes } = source.unsettled()!;
    assert.ok(bytes >= 16 * 2 ** 20 && bytes < 17 * 2 ** 20, String(bytes));
    while (read < taken || taken < total) {
      source.settled(to);
      await sleep(1);
    }
    await done;
    assert.equal(read, taken);
  });

  it('L8, S3: a line longer than all that is held is a dead letter, and what follows is read', async () => {
    const stream = Readable.from(
      (function* () {
        yield Buffer.from(`${longHeader}\n${rows(0, 2)}`);
        for (let at = 0; at < 30; at++) yield Buffer.alloc(2 ** 20, 'x');
        yield Buffer.from(`\n${rows(2, 3)}`);
      })(),
    );
    const blocks = await allBlocks(await start(await identify(streamText('-', stream))));
    assert.deepEqual(valuesOf(blocks), upTo(5));
    assert.deepEqual(
      blocks.flatMap(({ rejected }) => rejected).map(({ length }) => length),
      [30 * 2 ** 20],
    );
  });

  it('S1: an abort ends the reading, says what is lost, and frees the stream', async () => {
    const stream = new PassThrough();
    const stop = new AbortController();
    stream.write(`${longHeader}\n${rows(0, 2)}half a row`);
    const source = await identify(streamText('-', stream), stop.signal);
    const reading = await start(source, undefined, {}, stop.signal);
    const blocks: ReadBlock[] = [];
    for await (const block of reading.blocks()) {
      blocks.push(block);
      stop.abort();
    }
    source.settled(blocks.at(-1)!.to);
    assert.deepEqual(source.unsettled(), { bytes: 'half a row'.length, lines: 0 });
    assert.deepEqual(valuesOf(blocks), [0, 1]);
    assert.deepEqual(reading.end(), { kind: 'aborted' });
    assert.equal(stream.destroyed, true);
  });
});
