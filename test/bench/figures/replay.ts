import { type Figure, type Place } from '../figure.js';
import { parseExport } from '../sample-batches.js';
import { foldOnce, logOf } from '../stored-log.js';
import { projections } from '../../../projections/projections.js';

const partitions = 16;
const rowsPerBatch = 250_000;
/** Passes of 2,470 rows: a log of 2,000,700 events. */
const steps = 810;

const measure = async (place: Place, rounds: number): Promise<readonly number[]> => {
  const data = parseExport({ gpus: 247, hosts: 31, interval: 4, steps }, partitions);
  const log = logOf(data, rowsPerBatch, partitions);
  place.say(`${String(data.rows.length)} events in ${String(log.length)} segments; seconds of processor time`);
  const rates = Array.from({ length: rounds }, () => foldOnce(log, projections, true).seconds);
  return rates.map((seconds) => data.rows.length / seconds / 1e6);
};

export const replay: Figure = {
  name: 'replay',
  what: 'decode and fold of all projections on one core, of a log of two million events',
  ...{ unit: 'M events/s', better: 'more', atLeast: 2, aim: 5, measure },
};
