import assert from 'node:assert/strict';
import { rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type ExportOptions } from '../../../data/passes.js';
import { rowsOf, usualExport, writeBenchExport } from '../bench-import.js';
import { type Figure, type Place, spreadOf } from '../figure.js';
import { importOnce, type Summary, thousands } from '../import-once.js';
import { timeProcess, type TimedRun } from '../timed-process.js';

const yardstick = fileURLToPath(new URL('../yardsticks/csv-parse-alone.js', import.meta.url));

const againstCsvParse = async (place: Place, rounds: number, options: ExportOptions): Promise<readonly number[]> => {
  const path = await writeBenchExport(place, options);
  const rows = rowsOf(options);
  const ratios: number[] = [];
  const runs: (TimedRun & Summary)[] = [];
  for (let round = 0; round < rounds; round++) {
    const run = await importOnce(place, path, rows);
    const alone = await timeProcess([yardstick, path]);
    assert.equal(Number(alone.stdout), rows);
    ratios.push(alone.seconds / run.seconds);
    runs.push(run);
    place.say(`${thousands(rows, run.seconds)} to the log, csv-parse alone ${thousands(rows, alone.seconds)}`);
  }
  const { size } = await stat(path);
  const [megabytes, bytes] = [spreadOf(runs.map((run) => run.megabytes)), spreadOf(runs.map((run) => run.bytes))];
  place.say(
    `${String(rows)} rows, ${(size / 1e6).toFixed(0)} MB; ${(bytes.median / rows).toFixed(2)} bytes an event in the log; ` +
      `streamer ${megabytes.most.toFixed(0)} MB at most`,
  );
  await rm(path);
  return ratios;
};

/** By timelines and processor profiles of cold imports. */
const fixed =
  'csv-parse alone reads 0.17 million rows a second here, so that twenty times as fast is 0.145 s, and importing a thousand ' +
  'rows takes 0.19: 45 ms until Node runs the first line, 70 for loading the program, 70 for connecting and for the lane, ' +
  'the source and its checkpoint, of which three are writes to the disk of etcd, 10 to end. ';
const rows =
  'Of 0.28 s, 0.1 are gone until the thread that reads has begun and loaded what it needs; 0.05 are the first rows of 2,470 ' +
  'series, by code that runs for the first time; 0.09 are the other rows, 0.04 dealing and encoding, by the same thread; ' +
  'the rest is the last append and the end. ';

/** What is in the way of every import. */
export const importInTheWay = (fixed + rows).trimEnd();

const ranges =
  'of 0.7 s, 0.1 are the start; until 0.2 the file is looked through for its ranges, which must be written down with the ' +
  'numbers of their rows before the first append; each of 13 ranges then takes 27 ms to be read and 8 to be encoded, by one ' +
  'thread. Both processors are at work meanwhile: the streamer takes 1.0 s of them, of which 0.43 are that thread, 0.24 the ' +
  'one that appends, half of it before the first append, 0.22 copies of the file out of the memory of the system, twice, ' +
  'and 0.13 the garbage and code of V8; etcd comes on top. So it gained nothing to encode in the other thread, or to read ' +
  'more of the file ahead. A second reader would need more memory than a streamer may take.';

const manySeries =
  'of 0.4 s, 0.11 are the start, until the thread has the file; 0.09 are the first rows of 50,000 series, of which a third ' +
  'is the texts of 5,000 GPUs; 0.08 are dealing and encoding, most of it the dictionaries of as many series, written twice ' +
  'as the first append has only nine tenths of them; 0.09 are the other rows, a third of it waiting for the file; the rest ' +
  'is the end. Of the work of the thread a tenth is collecting garbage.';

const figure = (
  name: string,
  what: string,
  wanted: { readonly atLeast?: number; readonly aim?: number },
  options: Partial<ExportOptions> & { readonly steps: number },
  inTheWay = importInTheWay,
): Figure => ({
  ...{ name, what, ...wanted, unit: 'times csv-parse', better: 'more', inTheWay },
  measure: (place, rounds) => againstCsvParse(place, rounds, { ...usualExport, ...options }),
});

/** From a file to the durable log by a cold process, against a cold process that reads the same file by csv-parse alone. */
export const importFigures: readonly Figure[] = [
  figure('import', 'a file of 494,000 rows to the durable log', { atLeast: 20, aim: 32 }, { steps: 200 }),
  figure('import-2m', 'a file of 2,000,700 rows to the durable log', { atLeast: 35, aim: 60 }, { steps: 810 }, ranges),
  figure(
    'import-shuffled',
    'rows shuffled within each second',
    { atLeast: 12, aim: 20 },
    { steps: 200, shuffle: true },
  ),
  figure(
    'import-50k-series',
    '500,000 rows of 50,000 series',
    { atLeast: 12, aim: 20 },
    { steps: 10, gpus: 5_000, hosts: 625 },
    manySeries,
  ),
  // The values of the others vary: a case of its own, which flatters.
  figure(
    'import-constant',
    'the file of 494,000 rows with values that never change',
    {},
    { steps: 200, constant: true },
  ),
];
