import assert from 'node:assert/strict';
import { stretchOf } from '../../../commands/source/covered-text.js';
import { sourceIdOf } from '../../../commands/source/source-id.js';
import { type SourceReading } from '../../../commands/source/source.js';
import { type ReadBlock } from '../../../commands/source/read-block.js';
import { type ClusterId } from '../../../domain/ids.js';
import { type SourceCheckpoint } from '../../../domain/source-checkpoint.js';
import { never } from '../../support/never.js';
import {
  allBlocks,
  checkpointAt,
  cluster,
  eventsOf,
  identify,
  longHeader,
  longRow,
  memoryText,
  rejectedOf,
  start,
} from '../../support/source-texts.js';

const second = (at: number): string => new Date(Date.UTC(2025, 0, 1) + at * 1000).toISOString();
const rows = (from: number, count: number): string =>
  Array.from(
    { length: count },
    (_, at) => `${longRow({ timestamp: second(from + at), value: at % 7 ? '1' : 'bad' })}\n`,
  ).join('');
const textOf = (count: number): Buffer => Buffer.from(`${longHeader}\n${rows(0, count)}`);

/** Every block of a text cut at each second, with the checkpoint after it. */
const checkpoints = async (
  text: Uint8Array,
): Promise<readonly { block: ReadBlock; checkpoint: SourceCheckpoint }[]> => {
  const source = await identify(memoryText(text));
  const reading: SourceReading = await start(source, undefined, { cutEvery: 1n });
  const found = [];
  for await (const block of reading.blocks()) found.push({ block, checkpoint: checkpointAt(source, reading, block) });
  return found;
};

describe('S1, S2: reading on from a checkpoint', () => {
  it('S1: from every place, what is left is what was not covered', async () => {
    const text = textOf(400);
    const all = await checkpoints(text);
    assert.ok(all.length > 300);
    const blocks = all.map(({ block }) => block);
    for (const [at, { checkpoint }] of all.entries()) {
      if (at % 13 !== 0 && at < all.length - 3) continue;
      const reading = await start(await identify(memoryText(text, 7777)), checkpoint, { cutEvery: 1n });
      const left = await allBlocks(reading);
      assert.deepEqual(eventsOf(left), eventsOf(blocks.slice(at + 1)));
      assert.deepEqual(rejectedOf(left), rejectedOf(blocks.slice(at + 1)));
      assert.deepEqual(reading.covered(), all.at(-1)!.checkpoint.first && pick(all.at(-1)!.checkpoint));
      assert.deepEqual(reading.end(), { kind: 'ended' });
    }
  });

  it('S1, S2: a reading that is told to end can be gone on with behind the last block that it handed out', async () => {
    const text = textOf(12_000);
    for (const isPredicted of [true, false]) {
      // Without a time in the first column the reference reader reads it.
      const bytes = isPredicted ? text : Buffer.from(text.toString().replaceAll(/^([^,]*),([^,]*)/gm, '$2,$1'));
      for (let stopAfter = 1; stopAfter < 12; stopAfter++) {
        const stop = new AbortController();
        const source = await identify(memoryText(bytes, 512 * 1024));
        const reading = await source.read(undefined, {}, stop.signal);
        assert.equal(reading.kind, 'reading');
        if (reading.kind !== 'reading') return;
        let last: ReadBlock | undefined;
        let blocks = 0;
        for await (const block of reading.blocks()) {
          last = block;
          if (++blocks === stopAfter) stop.abort();
        }
        assert.deepEqual(reading.end(), { kind: 'aborted' });
        await start(await identify(memoryText(bytes)), checkpointAt(source, reading, last!));
      }
    }
  });

  it('S2: what is covered is the text up to the last block handed out, also when reading was left at it', async () => {
    const text = textOf(9000);
    const swapped = Buffer.from(text.toString().replaceAll(/^([^,]*),([^,]*)/gm, '$2,$1'));
    // The second is read by the reference reader.
    for (const bytes of [text, swapped]) {
      for (const pieceBytes of [7777, 300_000, bytes.length]) {
        for (const leftAfter of [3, Infinity]) {
          const reading = await start(await identify(memoryText(bytes, pieceBytes)));
          let blocks = 0;
          let to = 0;
          for await (const block of reading.blocks()) {
            to = block.to;
            // Not always: what was covered is known as well when it is asked for at the end only.
            if (++blocks % 2 === 1) assert.deepEqual(reading.covered(), coveredUpTo(bytes, to));
            if (blocks === leftAfter) break;
          }
          assert.deepEqual(reading.covered(), coveredUpTo(bytes, to));
        }
      }
    }
  });

  it('S1, S2: so can one that breaks off in the middle of a line that is too long to be a record', async () => {
    const text = Buffer.from(`${longHeader}\n${rows(0, 100)}"${'x'.repeat(300_000)}`);
    const source = await identify(memoryText(text, 7777, { kind: 'broken', message: 'the disk is gone' }));
    const reading = await start(source);
    const blocks = await allBlocks(reading);
    assert.equal(reading.end().kind, 'broken');
    await start(await identify(memoryText(text)), checkpointAt(source, reading, blocks.at(-1)!));
  });

  it('S1: a reading that is left at its first step frees the file', async () => {
    const text = textOf(400);
    const { checkpoint } = (await checkpoints(text))[100]!;
    const open = memoryText(text, text.length);
    let opened = 0;
    const source = await identify(async (signal) => {
      const opening = await open(signal);
      if (opening.kind !== 'opened') return opening;
      async function* steps(from: number, until: AbortSignal) {
        opened++;
        try {
          yield* opening.kind === 'opened' ? opening.text.steps(from, until) : [];
        } finally {
          opened--;
        }
      }
      return { ...opening, text: { ...opening.text, steps } };
    });
    const reading = await start(source, checkpoint, { cutEvery: 1n });
    assert.equal(opened, 1);
    for await (const block of reading.blocks()) {
      assert.equal(block.rows, 1);
      break;
    }
    assert.equal(opened, 0);
  });

  it('S1: a reading that is told to end while its text is looked at frees the file', async () => {
    const text = textOf(400);
    const { checkpoint } = (await checkpoints(text))[100]!;
    const stop = new AbortController();
    let opened = 0;
    /** Its beginning is looked at, then the end of what was covered. */
    let looksBefore = Infinity;
    const source = await identify(async (signal) => {
      const opening = await memoryText(text, text.length)(signal);
      if (opening.kind !== 'opened') return opening;
      const whole = opening.text;
      async function* steps(from: number, until: AbortSignal) {
        opened++;
        try {
          for await (const step of whole.steps(from, until)) {
            if (looksBefore-- === 1) stop.abort();
            yield step;
          }
        } finally {
          opened--;
        }
      }
      return { ...opening, text: { ...whole, steps } };
    });
    looksBefore = 2;
    await assert.rejects(start(source, checkpoint, {}, stop.signal), { name: 'AbortError' });
    assert.equal(opened, 0);
  });

  it('S2: a file that has grown goes on where it ended, also when its last line had no end', async () => {
    const short = textOf(50).subarray(0, -1);
    const all = await checkpoints(short);
    const { checkpoint } = all.at(-1)!;
    assert.equal(checkpoint.offset, short.length);
    const left = await allBlocks(await start(await identify(memoryText(textOf(60))), checkpoint));
    assert.equal(
      left.reduce((sum, block) => sum + block.rows, 0),
      10,
    );
    assert.equal(left.at(-1)!.nextRow, 61);
  });

  it('S2: the same text has the same id whatever its path and growth; cluster, header and first row make another', async () => {
    const [a, b] = [await identify(memoryText(textOf(5))), await identify(memoryText(textOf(500), 33))];
    assert.equal(a.id, b.id);
    assert.match(a.id, /^[0-9a-f]{32}$/);
    assert.equal(a.id, sourceIdOf(cluster, Buffer.from(longHeader), Buffer.from(rows(0, 1).trimEnd())));
    const others = [
      await identify(memoryText(Buffer.from(`${longHeader}\n${rows(1, 5)}`))),
      await identify(memoryText(Buffer.from(`${longHeader},x\n${rows(0, 5)}`))),
    ].map(({ id }) => id);
    others.push(sourceIdOf('other' as ClusterId, Buffer.from(longHeader), Buffer.from(rows(0, 1).trimEnd())));
    assert.equal(new Set([a.id, ...others]).size, 4);
  });

  const refusalOf = async (text: Uint8Array, checkpoint: SourceCheckpoint): Promise<string> => {
    const begun = await (await identify(memoryText(text))).read(checkpoint, {}, never);
    return begun.kind === 'refused' ? `${begun.reason}: ${begun.message}` : begun.kind;
  };

  it('S2: a text that differs in the first or the last 64 KiB of what was covered is refused with both paths', async () => {
    const text = textOf(2000);
    const { checkpoint } = (await checkpoints(text)).at(-2)!;
    const elsewhere = { ...checkpoint, path: '/before/here.csv' };
    assert.equal(await refusalOf(text, elsewhere), 'reading');
    for (const at of [
      longHeader.length + longRow().length + 20,
      60_000,
      checkpoint.offset - 60_000,
      checkpoint.offset - 1,
    ]) {
      const changed = Buffer.from(text);
      changed[at]! ^= 1;
      const message = await refusalOf(changed, elsewhere);
      assert.match(
        message,
        /^other-content: memory begins like \/before\/here.csv, of which \d+ bytes .* what follows differs/,
      );
    }
  });

  it('S2: a text that is shorter than what was covered is refused', async () => {
    const text = textOf(2000);
    const { checkpoint } = (await checkpoints(text)).at(-1)!;
    for (const length of [text.length - 1, 70_000, 1000]) {
      assert.match(await refusalOf(text.subarray(0, length), checkpoint), /it is shorter than that/);
    }
  });
});

const coveredUpTo = (text: Uint8Array, to: number) => ({
  first: stretchOf(text.subarray(0, Math.min(to, 65_536))),
  last: stretchOf(text.subarray(Math.max(0, to - 65_536), to)),
});

const pick = ({ first, last }: SourceCheckpoint) => ({ first, last });
