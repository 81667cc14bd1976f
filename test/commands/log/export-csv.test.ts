import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { spreadsheetSafe } from '../../../commands/log/csv-record.js';
import { type EventFilter } from '../../../commands/log/event-filter.js';
import { exportCsv } from '../../../commands/log/export-csv.js';
import { type LogEntry } from '../../../domain/log-entry.js';
import { csvRow, csvText } from '../../support/csv-arbitraries.js';
import { never } from '../../support/never.js';
import { longHeader, longRow, readText, rejectedOf } from '../../support/source-texts.js';
import { entriesOfText, memoryLog, sourceOfText } from './memory-log.js';
import { full } from '../../support/full-counts.js';

const numRuns = full ? 3_000 : 80;

const exported = async (
  entries: readonly LogEntry[],
  filter: EventFilter = {},
  safe = false,
): Promise<readonly string[]> => {
  const lines: string[] = [];
  for await (const found of exportCsv(memoryLog(entries), filter, safe, never)) {
    assert.ok(found.kind === 'line');
    lines.push(found.text);
  }
  return lines;
};

const records = (text: string): readonly (readonly string[])[] =>
  parse(text, { bom: true, record_delimiter: ['\r\n', '\n'], relax_column_count: true, skip_empty_lines: true });

/** Within a host the order is kept; between hosts, which may be in different partitions, it need not be. */
const sorted = (rows: readonly (readonly string[])[]): readonly string[] =>
  rows.map((row) => JSON.stringify(row)).sort();

/** The rows of a text that were accepted, as their fields' texts. */
const accepted = async (text: string): Promise<readonly string[]> => {
  const refused = rejectedOf(await readText(text)).map(({ raw }) => JSON.stringify(records(raw ?? '')[0]));
  const rows = [...sorted(records(text).slice(1))];
  for (const row of refused) rows.splice(rows.indexOf(row), 1);
  return rows;
};

describe('log export --format csv', () => {
  it('L4: gives every accepted row and column of any text back, each text as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(csvText(csvRow, 12), async (text) => {
        if (records(text).length < 2) return;
        const lines = await exported(await entriesOfText(text));
        const rows = await accepted(text);
        if (rows.length === 0) return assert.deepEqual(lines, []);
        assert.deepEqual(records(lines[0]!)[0], longHeader.split(','));
        assert.deepEqual(sorted(records(lines.join('\n')).slice(1)), rows);
      }),
      { numRuns },
    );
  });

  it('L4: what was exported is the same source with the same rows when it is streamed again', async () => {
    const text = `${longHeader}\n${longRow({ value: '1.50' })}\n${longRow({ labels_raw: 'x="a,""b""\n"' })}\n`;
    const lines = await exported(await entriesOfText(text));
    assert.equal(`${lines.join('\n')}\n`, text);
    assert.equal(await sourceOfText(lines.join('\n')), await sourceOfText(text));
  });

  it('keeps the columns beyond the known ones, in the order of the header, whatever their names', async () => {
    const header = `"a,b",${longHeader.replace('pod,', '')},"=HYPERLINK(1)",__proto__,pod`;
    const row = longRow().split(',');
    const text = `${header}\n"1",${row.toSpliced(8, 1).join(',')},"@x","","my-pod"\n`;
    const lines = await exported(await entriesOfText(text));
    assert.deepEqual(records(lines.join('\n')), records(text));
  });

  it('a record that quotes would make too long to be read again has them only where they are needed', async () => {
    const long = 'x'.repeat(65_536 - longRow({ labels_raw: '' }).length + 22);
    const text = `${longHeader}\n${longRow({ labels_raw: long }).replaceAll('"', '')}\n`;
    const lines = await exported(await entriesOfText(text));
    assert.deepEqual(records(lines.join('\n')), records(text));
    assert.deepEqual(rejectedOf(await readText(lines.join('\n'))), []);
  });

  it('gives wide rows back as wide rows, what was not sampled as nothing', async () => {
    const header = 'timestamp,Hostname,gpu_id,uuid,gpu_utilization,DCGM_FI_DEV_XID_ERRORS,rack,temperature';
    const rows = [
      '"2025-07-18 20:42:34","h1","0","GPU-1","1.0","","r1","60"',
      '"2025-07-18 20:42:34","h1","1","GPU-2","","13","r1",""',
      '"2025-07-18 20:42:34","h1","1","GPU-2","5","14","r1","61"',
      '"2025-07-18 20:42:35","h2","0","GPU-3","","","r2","0"',
      '"2025-07-18 20:42:35","h1","0","GPU-1","2","","r1",""',
    ];
    const text = [header, ...rows, ''].join('\n');
    const lines = await exported(await entriesOfText(text));
    assert.equal(lines[0], header);
    assert.deepEqual([...lines.slice(1)].sort(), [...rows].sort());
  });

  it('brings sources of different headers into the long form with all their columns', async () => {
    const wide = 'timestamp,Hostname,gpu_id,uuid,temperature,rack\n2025-07-18T20:42:34Z,h1,0,GPU-9,55,r7\n';
    const long = `note,${longHeader}\n"n",${longRow({ uuid: 'GPU-8' })}\n`;
    const entries = [...(await entriesOfText(wide)), ...(await entriesOfText(long, 10))];
    const [header, ...rows] = records((await exported(entries)).join('\n'));
    assert.deepEqual(header, [...longHeader.split(','), 'rack', 'note']);
    assert.deepEqual(
      rows.map((row) => [row[1], row[4], row[10], row[12], row[13]]),
      [
        ['DCGM_FI_DEV_GPU_TEMP', 'GPU-9', '55', 'r7', ''],
        ['DCGM_FI_DEV_GPU_UTIL', 'GPU-8', '1', '', 'n'],
      ],
    );
    const source = await sourceOfText(wide);
    assert.equal(`${(await exported(entries, { source: [source] })).join('\n')}\n`.replaceAll('"', ''), wide);
  });

  it('takes only what the filters ask for', async () => {
    const rows = [
      longRow({ Hostname: 'h1', metric_name: 'A', value: '1' }),
      longRow({ Hostname: 'h2', metric_name: 'A', value: '2' }),
      longRow({ Hostname: 'h1', metric_name: 'B', value: '3', timestamp: '2025-07-18T20:42:35Z' }),
    ];
    const entries = await entriesOfText(`${longHeader}\n${rows.join('\n')}\n`);
    const at = BigInt(Date.parse('2025-07-18T20:42:35Z')) * 1_000_000n;
    const values = async (filter: EventFilter) =>
      records((await exported(entries, filter)).slice(1).join('\n')).map((row) => row[10]);
    assert.deepEqual([...(await values({ hostname: 'h1' }))].sort(), ['1', '3']);
    assert.deepEqual(await values({ hostname: 'h1', metric: 'A' }), ['1']);
    assert.deepEqual(await values({ start: at as NonNullable<EventFilter['start']> }), ['3']);
    assert.deepEqual(await values({ pass: 1 }), []);
  });

  it('guards texts against spreadsheets on demand, and taking the apostrophe away gives them back', () => {
    const unguarded = (text: string) => (text.startsWith("'") ? text.slice(1) : text);
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom('=1', '+x', '-1+2', '@a', "'=1", '\t=1', '-5', '+1e3')),
        (text) => {
          const safe = spreadsheetSafe(text);
          assert.equal(unguarded(safe), text);
          assert.ok(/^[^=+\-@\t\r\n|%]/.test(safe) || safe === '' || Number.isFinite(Number(safe)), safe);
        },
      ),
    );
    assert.deepEqual(['=1+1', '-4', '+7', '-cmd', 'GPU-1', '@x'].map(spreadsheetSafe), [
      "'=1+1",
      '-4',
      '+7',
      "'-cmd",
      'GPU-1',
      "'@x",
    ]);
  });
});
