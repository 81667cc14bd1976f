import assert from 'node:assert/strict';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import { exportText, type ExportOptions } from '../../data/passes.js';
import { fileText } from '../../infra/source/file-text.js';
import { identify, start } from '../support/source-texts.js';

/*
 * Rows per second from a file to blocks, against csv-parse alone on the same file, in turns. Seconds are of processor
 * time, so that neighbours on the machine count little; each figure is the median of its rounds, with least and most.
 * The first round of each is cold. `node dist/test/bench/source.bench.js [MEGABYTES]`.
 */

const rounds = 5;
const megabytes = Number(process.argv[2] ?? 64);
const usual = { seed: 1, interval: 4, start: Date.parse('2025-01-15T09:30:00Z'), shuffle: false };
const files: Readonly<Record<string, Omit<ExportOptions, 'steps'>>> = {
  '2,470 series': { ...usual, gpus: 247, hosts: 31 },
  'shuffled within each second': { ...usual, gpus: 247, hosts: 31, shuffle: true },
  '50,000 series': { ...usual, gpus: 5000, hosts: 625 },
};

const write = async (path: string, options: Omit<ExportOptions, 'steps'>): Promise<number> => {
  const file = await open(path, 'w');
  let [bytes, rows] = [0, -1];
  for (const text of exportText({ ...options, steps: 1_000_000 })) {
    await file.write(text);
    bytes += text.length;
    rows += text.split('\n').length - 1;
    if (bytes > megabytes * 1_000_000) break;
  }
  await file.close();
  return rows;
};

const withCsvParse = async (path: string): Promise<number> => {
  let rows = -1;
  const records = createReadStream(path, { highWaterMark: 256 * 1024 }).pipe(parse());
  for await (const record of records as AsyncIterable<string[]>) rows += record.length > 0 ? 1 : 0;
  return rows;
};

const withReader = async (path: string): Promise<number> => {
  const reading = await start(await identify(fileText(path, { followEveryMillis: undefined })));
  let rows = 0;
  for await (const block of reading.blocks()) rows += block.rows;
  return rows;
};

/** Rows for each second of processor time. */
const rate = async (read: (path: string) => Promise<number>, path: string, expected: number): Promise<number> => {
  const before = process.cpuUsage();
  assert.equal(await read(path), expected);
  const { user, system } = process.cpuUsage(before);
  return expected / ((user + system) / 1e6);
};

const summary = (rates: readonly number[]): string => {
  const sorted = [...rates].sort((a, b) => a - b);
  const [least, median, most] = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!];
  const thousands = (value: number): string => `${(value / 1000).toFixed(0)}k`;
  return `${thousands(median)} (${thousands(least)} to ${thousands(most)}) rows/s`;
};

const folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-bench-'));
try {
  for (const [name, options] of Object.entries(files)) {
    const path = join(folder, 'export.csv');
    const rows = await write(path, options);
    const [yardstick, reader]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      reader.push(await rate(withReader, path, rows));
      yardstick.push(await rate(withCsvParse, path, rows));
    }
    const ratios = reader.map((value, at) => value / yardstick[at]!).sort((a, b) => a - b);
    console.log(`${name}, ${String(rows)} rows: ${ratios[rounds >> 1]!.toFixed(1)} times csv-parse`);
    console.log(`  reader     ${summary(reader)}\n  csv-parse  ${summary(yardstick)}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
