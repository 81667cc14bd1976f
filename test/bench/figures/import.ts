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

/** By timelines and processor profiles of cold imports: 494,000 rows took 0.31 s, a thousand of them 0.22. */
const fixed =
  'two thirds are the same for a thousand rows, the start of a cold process: 40 ms until Node runs the first line, 70 for ' +
  "loading the program, 40 for etcd's client to connect, 50 for the lane, the source and its checkpoint, of which three " +
  'are writes to the disk of etcd, 10 to end. ';
const rows =
  'Meanwhile a thread of its own reads, and encodes behind the first 250,000 rows. Of its 0.2 s a sixth is comparing rows ' +
  'with what is predicted, an eighth collecting garbage, a twentieth the hashes of checkpoints; most of the rest is code ' +
  'that runs for the first time. The system copies the file out of its cache beside.';

/** What is in the way of every import. */
export const importInTheWay = fixed + rows;

const ranges =
  'of 0.78 s, 0.14 are the start; until 0.28 the file is looked through for its ranges, at the speed at which its 853 MB ' +
  'come out of the cache of the system; each of 13 ranges then takes 30 ms to be read and 8 to be encoded, by one thread. ' +
  'Two readers at once would need a lane each, of which a log has sixteen for all streamers, and more memory than a ' +
  'streamer may take.';

const manySeries =
  'of 0.4 s, 0.11 are the start, until the thread has the file; 0.09 are the first rows of 50,000 series, of which a third ' +
  'is the texts of 5,000 GPUs; 0.08 are dealing and encoding, most of it the dictionaries of as many series, written twice ' +
  'as the first append has only nine tenths of them; 0.09 are the other rows, a third of it waiting for the file; the rest ' +
  'is the end. Of the work of the thread a tenth is collecting garbage.';

const figure = (
  name: string,
  what: string,
  [atLeast, aim]: readonly [number, number],
  options: Partial<ExportOptions> & { readonly steps: number },
  inTheWay = importInTheWay,
): Figure => ({
  ...{ name, what, atLeast, aim, unit: 'times csv-parse', better: 'more', inTheWay },
  measure: (place, rounds) => againstCsvParse(place, rounds, { ...usualExport, ...options }),
});

/** From a file to the durable log by a cold process, against a cold process that reads the same file by csv-parse alone. */
export const importFigures: readonly Figure[] = [
  figure('import', 'a file of 494,000 rows to the durable log', [20, 32], { steps: 200 }),
  figure('import-2m', 'a file of 2,000,700 rows to the durable log', [35, 60], { steps: 810 }, ranges),
  figure('import-shuffled', 'rows shuffled within each second', [12, 20], { steps: 200, shuffle: true }),
  figure(
    'import-50k-series',
    '500,000 rows of 50,000 series',
    [12, 20],
    { steps: 10, gpus: 5_000, hosts: 625 },
    manySeries,
  ),
];
