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

/** By processor profiles of cold imports of 494,000 and of two million rows, 0.61 s and 1.84 s of processor time. */
export const importInTheWay =
  'one thread does everything, the second core is used for reading the file, optimising code and collecting garbage ' +
  'alone. Of 494,000 rows, 45 % of the processor time is a cold V8 at work: it interprets, looks up properties and ' +
  'optimises what has hardly begun to pay for itself when the import is over; 14 % is the system, 12 % garbage ' +
  'collection, 10 % the code itself. Of two million rows collecting garbage is 17 % of the thread, reading the file 13 %, ' +
  'of which half is the scan for the ranges of a file above 256 MiB, encoding and compressing 10 %, comparing rows 5 %, ' +
  'sorting them into partitions 4 %. Encoding in a thread of its own was tried: with batches as large as these it took ' +
  '175 MB, above the 150 promised.';

const figure = (
  name: string,
  what: string,
  [atLeast, aim]: readonly [number, number],
  options: Partial<ExportOptions> & { readonly steps: number },
): Figure => ({
  ...{ name, what, atLeast, aim, unit: 'times csv-parse', better: 'more', inTheWay: importInTheWay },
  measure: (place, rounds) => againstCsvParse(place, rounds, { ...usualExport, ...options }),
});

/** From a file to the durable log by a cold process, against a cold process that reads the same file by csv-parse alone. */
export const importFigures: readonly Figure[] = [
  figure('import', 'a file of 494,000 rows to the durable log', [20, 32], { steps: 200 }),
  figure('import-2m', 'a file of 2,000,700 rows to the durable log', [35, 60], { steps: 810 }),
  figure('import-shuffled', 'rows shuffled within each second', [12, 20], { steps: 200, shuffle: true }),
  figure('import-50k-series', '500,000 rows of 50,000 series', [12, 20], { steps: 10, gpus: 5_000, hosts: 625 }),
];
