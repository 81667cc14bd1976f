import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { createBlockReader } from '../../../commands/source/block-reader.js';
import { chooseReader } from '../../../commands/source/choose-reader.js';
import { parseDecimal } from '../../../commands/source/decimal.js';
import { parseInstant } from '../../../domain/instant.js';
import { csvLine, csvRow, csvText } from '../../support/csv-arbitraries.js';
import {
  blocksOfPieces,
  contentsOf,
  cutAt,
  eventsOf,
  longHeader,
  longRow,
  rejectedOf,
} from '../../support/source-texts.js';
import { full } from '../../support/full-counts.js';

const numRuns = full ? 20_000 : 60;

const readers = [
  ['the reference reader', createBlockReader],
  ['the reader that is used', chooseReader],
] as const;

for (const [name, reader] of readers) {
  describe(`any text, read by ${name}`, () => {
    it('S3: where its bytes are cut into pieces makes no difference', () => {
      fc.assert(
        fc.property(csvText(csvLine, 12), fc.array(fc.nat(), { maxLength: 12 }), (text, cuts) => {
          const bytes = Buffer.from(text);
          const whole = contentsOf(blocksOfPieces([bytes], undefined, reader));
          assert.deepEqual(contentsOf(blocksOfPieces(cutAt(bytes, cuts), undefined, reader)), whole);
        }),
        { numRuns },
      );
    });

    it('S3: not even when every byte comes alone, and blocks are cut by time', () => {
      fc.assert(
        fc.property(csvText(csvLine, 4), (text) => {
          const bytes = Buffer.from(text);
          const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
          const whole = contentsOf(blocksOfPieces([bytes], 1n, reader));
          assert.deepEqual(contentsOf(blocksOfPieces(single, 1n, reader)), whole);
        }),
        { numRuns: numRuns / 10 },
      );
    });

    it('S3: blocks tile it, and every record is counted once', () => {
      fc.assert(
        fc.property(csvText(csvLine, 12), fc.boolean(), (text, paced) => {
          const bytes = Buffer.from(text);
          const blocks = blocksOfPieces([bytes], paced ? 1n : undefined, reader);
          if (blocks === undefined) return;
          let [at, row] = [0, 1];
          for (const block of blocks) {
            assert.equal(block.from, at);
            assert.equal(block.nextRow, row + block.rows);
            [at, row] = [block.to, block.nextRow];
          }
          assert.equal(at, bytes.length);
        }),
        { numRuns },
      );
    });

    it('S3: a well-formed one gives the rows that csv-parse gives, each an event or a dead letter', () => {
      fc.assert(
        fc.property(csvText(csvRow, 12), (text) => {
          const rows = parse(text, {
            bom: true,
            columns: true,
            skip_empty_lines: true,
            record_delimiter: ['\r\n', '\n'],
          });
          const blocks = blocksOfPieces([Buffer.from(text)], undefined, reader) ?? [];
          const events = eventsOf(blocks);
          const rejected = rejectedOf(blocks);
          let next = 0;
          (rows as Record<string, string>[]).forEach((row, at) => {
            const good =
              parseInstant(row['timestamp']!) !== undefined &&
              parseDecimal(row['value']!) !== undefined &&
              [row['metric_name'], row['uuid'], row['Hostname']].every((name) => name !== '' && name!.length < 256);
            assert.equal(
              rejected.some((letter) => letter.row === at + 1),
              !good,
              JSON.stringify(row),
            );
            if (!good) return;
            const event = events[next++]!;
            assert.equal(event.text ?? String(event.value), row['value']);
            assert.equal(event.timeText ?? event.time, row['timestamp']);
            assert.deepEqual([event.metric, event.uuid], [row['metric_name'], row['uuid']]);
          });
          assert.equal(next, events.length);
          assert.equal(events.length + rejected.length, rows.length);
        }),
        { numRuns },
      );
    });

    it('S3: a large one comes in blocks of at most 256 KiB, wherever its bytes are cut', () => {
      const rows = Array.from({ length: 5000 }, (_, at) => longRow({ value: String(at), pod: 'p'.repeat(at % 300) }));
      const bytes = Buffer.from([longHeader, ...rows, ''].join('\n'));
      const whole = blocksOfPieces([bytes], undefined, reader)!;
      assert.ok(whole.length > 4);
      assert.ok(whole.every((block) => block.to - block.from <= 256 * 1024));
      assert.equal(eventsOf(whole).length, 5000);
      const cuts = Array.from({ length: 200 }, (_, at) => at * 7919);
      assert.deepEqual(contentsOf(blocksOfPieces(cutAt(bytes, cuts), undefined, reader)), contentsOf(whole));
    });
  });
}
