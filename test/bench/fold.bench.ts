import { projections } from '../../projections/projections.js';
import { type Projection } from '../../projections/projection.js';
import { spreadOf } from './figure.js';
import { parseExport, type ParsedExport } from './sample-batches.js';
import { foldOnce, logOf } from './stored-log.js';

/*
 * Events per second and core through decode and fold: each projection alone, then all of them from one decoded segment
 * as a rebuild does it. Seconds are of processor time, so that neighbours on the machine count little.
 * `node dist/test/bench/fold.bench.js`.
 */

const rounds = 5;
const partitionCount = 16;
const report = (name: string, data: ParsedExport, rowsPerBatch: number, partitions = partitionCount): void => {
  const log = logOf(data, rowsPerBatch, partitions);
  const events = data.rows.length;
  const rate = (some: readonly Projection[], timeDecoding: boolean): string => {
    const all = Array.from({ length: rounds }, () => foldOnce(log, some, timeDecoding));
    const perSecond = events / spreadOf(all.map(({ seconds }) => seconds)).median;
    return `${(perSecond / 1e6).toFixed(2).padStart(6)} M/s, ${(all[0]!.written / events).toFixed(2)} bytes/event written`;
  };
  console.log(`${name}: ${events} events in ${log.length} segments`);
  for (const one of projections) console.log(`  ${one.name.padEnd(28)} ${rate([one], false)}`);
  const others = projections.filter(({ name }) => name !== 'health');
  console.log(`  ${'all but health'.padEnd(28)} ${rate(others, false)}`);
  console.log(`  ${'all'.padEnd(28)} ${rate(projections, false)}`);
  console.log(`  ${'decode and all but health'.padEnd(28)} ${rate(others, true)}`);
  console.log(`  ${'decode and all'.padEnd(28)} ${rate(projections, true)}`);
};

const fleet = { gpus: 247, hosts: 31, interval: 4 };
const bulk = parseExport({ ...fleet, steps: 200 }, partitionCount);
report('bulk, 250,000 rows a batch', bulk, 250_000);
report('bulk, 50,000 rows a batch', bulk, 50_000);
report('bulk, one partition, so that runs of history end', parseExport({ ...fleet, steps: 400 }, 1), 50_000, 1);
report('live, one second a batch', parseExport({ ...fleet, steps: 60, interval: 1 }, partitionCount), 2_470);
report('50,000 series', parseExport({ gpus: 5000, hosts: 625, steps: 10, interval: 4 }, partitionCount), 250_000);
