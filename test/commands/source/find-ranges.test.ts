import assert from 'node:assert/strict';
import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { openSource } from '../../../commands/source/open-source.js';
import { type IdentifiedSource } from '../../../commands/source/source.js';
import { type ReadBlock } from '../../../commands/source/read-block.js';
import { type SplitPlan } from '../../../domain/split-plan.js';
import { fileText } from '../../../infra/source/file-text.js';
import { csvLine, csvText, exportText } from '../../support/csv-arbitraries.js';
import { full } from '../../support/full-counts.js';
import { never } from '../../support/never.js';
import { useTempFolder } from '../../support/temp-folder.js';
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

const runs = { numRuns: full ? 20_000 : 80 };

const plain = (text: string | Uint8Array, pieceBytes = 1000): Promise<IdentifiedSource> =>
  identify(memoryText(Buffer.from(text), pieceBytes, { kind: 'end' }, true));

const planOf = async (source: IdentifiedSource, rangeBytes: number): Promise<SplitPlan> => {
  const found = await source.ranged!.find(rangeBytes, () => undefined, never);
  assert.ok(!('kind' in found));
  return { kind: 'split', source: source.id, cluster, path: source.path, log_id: 'log', ...found };
};

const blocksOf = async (source: IdentifiedSource): Promise<readonly ReadBlock[]> => allBlocks(await start(source));

/** What rows become, and where the rows end. */
const contents = (blocks: readonly ReadBlock[]) => ({
  events: eventsOf(blocks),
  rejected: rejectedOf(blocks),
  rows: blocks.reduce((sum, { rows }) => sum + rows, 0),
  ends: [blocks.at(-1)!.to, blocks.at(-1)!.nextRow],
});

const byRanges = async (source: IdentifiedSource, plan: SplitPlan): Promise<readonly ReadBlock[]> => {
  const blocks: ReadBlock[] = [];
  for (const [index, { from, row }] of plan.ranges.entries()) {
    const read = await blocksOf(source.ranged!.at(plan, index));
    assert.equal(read[0]!.from, from);
    assert.deepEqual([blocks.at(-1)?.to ?? 0, blocks.at(-1)?.nextRow ?? 1], [from, row]);
    blocks.push(...read);
  }
  return blocks;
};

const hasRows = (text: string): boolean => text.slice(longHeader.length + 1).trim().length > 0;

const second = (at: number): string => new Date(Date.UTC(2025, 0, 1) + at * 1000).toISOString();
const rowAt = (at: number): string => longRow({ timestamp: second(at), value: at % 7 ? '1' : 'bad' });
const textOf = (count: number): Buffer =>
  Buffer.from(`${longHeader}\n${Array.from({ length: count }, (_, at) => `${rowAt(at)}\n`).join('')}`);

describe('S4: splitting a text', () => {
  const folder = useTempFolder();

  it('any text read by its ranges gives the events, dead letters and row numbers of the whole', async () => {
    let split = 0;
    const texts = fc.oneof(csvText(csvLine, 40), exportText).filter(hasRows);
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.integer({ min: 1, max: 2_000 }),
        fc.integer({ min: 1, max: 999 }),
        async (text, rangeBytes, pieceBytes) => {
          const source = await plain(text, pieceBytes);
          const plan = await planOf(source, rangeBytes);
          split += Number(plan.ranges.length > 1);
          assert.deepEqual(contents(await byRanges(source, plan)), contents(await blocksOf(source)));
          assert.deepEqual(plan, await planOf(await plain(text), rangeBytes));
        },
      ),
      runs,
    );
    assert.ok(split > runs.numRuns / 10, `only ${String(split)} texts were split`);
  });

  it('no range begins where a line that is no record still looks for its end', async () => {
    const open = longRow().replace(/"$/, '');
    const lines = Array.from({ length: 400 }, (_, at) =>
      at % 5 === 3 ? open : at % 7 === 3 ? `x,"${'\n'.repeat(at % 4)}` : rowAt(at),
    );
    const text = `${longHeader}\n${lines.join('\n')}\n`;
    const source = await plain(text);
    const plan = await planOf(source, 1);
    assert.ok(plan.ranges.length > 100, String(plan.ranges.length));
    const afterOpen = plan.ranges.filter(({ from }) => text.slice(0, from).endsWith(`${open}\n`));
    assert.deepEqual(afterOpen, []);
    assert.deepEqual(contents(await byRanges(source, plan)), contents(await blocksOf(source)));
  });

  it('a line longer than a record may be, quoted line ends and empty lines lie within ranges', async () => {
    const quoted = longRow({ labels_raw: 'a="b",\r\nc="d"\n' });
    const long = 'x'.repeat(200_000);
    const lines = Array.from({ length: 3_000 }, (_, at) => (at % 3 === 0 ? quoted : at === 1_000 ? long : rowAt(at)));
    const text = `\ufeff${longHeader}\r\n\r\n${lines.join('\n\n')}`;
    const source = await plain(text, 4096);
    const plan = await planOf(source, 20_000);
    assert.ok(plan.ranges.length > 10);
    assert.deepEqual(contents(await byRanges(source, plan)), contents(await blocksOf(source)));
  });

  it('a text that is written anew in its place while it is looked through is refused, and one that grows is not', async () => {
    const path = join(folder(), 'rows.csv');
    const text = textOf(20_000);
    const source = async () => {
      const found = await openSource(fileText(path, { followEveryMillis: undefined }), cluster, never);
      assert.equal(found.kind, 'identified');
      return found.ranged!;
    };
    /** What the search finds when the file becomes another one in the middle of it. */
    const searched = async (change: () => void) => {
      await writeFile(path, text);
      let isChanged = false;
      const onRead = (bytes: number): void => {
        if (isChanged || bytes < text.length / 2) return;
        isChanged = true;
        change();
      };
      const found = await (await source()).find(100_000, onRead, never);
      assert.ok(isChanged);
      return found;
    };
    const renewed = await searched(() => {
      const other = Buffer.from(text.toString().replaceAll('"1"', '"2"'));
      assert.equal(other.length, text.length);
      const file = openSync(path, 'r+');
      writeSync(file, other, 0, other.length, 0);
      closeSync(file);
    });
    assert.ok('kind' in renewed);
    assert.match(renewed.message, /rows\.csv was changed while it was looked through for its ranges/);
    const grown = await searched(() => appendFileSync(path, `${rowAt(20_000)}\n`));
    assert.ok(!('kind' in grown) && grown.ranges.length > 10);
  });

  it('ranges have about the wanted size, and no small one is left over', async () => {
    const text = textOf(2_000);
    const { ranges } = await planOf(await plain(text), 50_000);
    const ends = [...ranges.slice(1).map(({ from }) => from), text.length];
    for (const [at, { from }] of ranges.entries()) {
      const bytes = ends[at]! - from;
      assert.ok(bytes >= (at === ranges.length - 1 ? 25_000 : 50_000) && bytes < 75_300, String(bytes));
    }
    assert.equal(new Set(ranges.map(({ source }) => source)).size, ranges.length);
  });

  it('S2: the last range goes on where the file has grown, the others end where they did', async () => {
    const plan = await planOf(await plain(textOf(1_000)), 50_000);
    const grown = await plain(textOf(1_200));
    assert.deepEqual(contents(await byRanges(grown, plan)), contents(await blocksOf(grown)));
  });

  const refusalOf = async (text: Uint8Array, plan: SplitPlan, index: number): Promise<string> => {
    const source = await plain(text);
    assert.equal(source.id, plan.source);
    const begun = await source.ranged!.at(plan, index).read(undefined, {}, never);
    return begun.kind === 'refused' ? `${begun.reason}: ${begun.message}` : begun.kind;
  };

  it('S2: a range of another file is refused with both paths, whether its edges differ or the file is shorter', async () => {
    const text = textOf(4_000);
    const plan = { ...(await planOf(await plain(text), 150_000)), path: '/before/here.csv' };
    const { from } = plan.ranges[1]!;
    assert.equal(await refusalOf(text, plan, 1), 'reading');
    const changedAt = (at: number): Uint8Array => {
      const changed = Buffer.from(text);
      changed[at]! ^= 1;
      return changed;
    };
    const refused = /^other-content: memory begins like \/before\/here.csv, which is read by ranges/;
    for (const [at, index] of [
      ...[from - 1, from - 60_000].flatMap((place) => [[place, 0] as const, [place, 1] as const]),
      [60_000, 0],
      [60_000, 2],
    ] as const) {
      assert.match(await refusalOf(changedAt(at), plan, index), refused, `byte ${String(at)}, range ${String(index)}`);
    }
    assert.match(await refusalOf(text.subarray(0, from - 5), plan, 0), refused);
    assert.match(await refusalOf(text.subarray(0, from - 5), plan, 1), refused);
  });

  it('S1: from every place in a range, what is left is what was not covered; a text that changed there is refused', async () => {
    const text = textOf(1_800);
    const source = await plain(text);
    const plan = await planOf(source, 100_000);
    const range = source.ranged!.at(plan, 1);
    const reading = await start(range, undefined, { cutEvery: 1n });
    const all = [];
    for await (const block of reading.blocks()) all.push({ block, checkpoint: checkpointAt(range, reading, block) });
    assert.ok(all.length > 100);
    const blocks = all.map(({ block }) => block);
    for (const [at, { checkpoint }] of all.entries()) {
      if (at % 17 !== 0 && at < all.length - 2) continue;
      const left = await allBlocks(await start((await plain(text)).ranged!.at(plan, 1), checkpoint, { cutEvery: 1n }));
      assert.deepEqual(eventsOf(left), eventsOf(blocks.slice(at + 1)));
      assert.deepEqual(rejectedOf(left), rejectedOf(blocks.slice(at + 1)));
    }
    const { checkpoint } = all[60]!;
    const changed = Buffer.from(text);
    changed[checkpoint.offset - 3]! ^= 1;
    const begun = await (await plain(changed)).ranged!.at(plan, 1).read(checkpoint, {}, never);
    assert.ok(begun.kind === 'refused' && begun.reason === 'other-content');
  });
});
