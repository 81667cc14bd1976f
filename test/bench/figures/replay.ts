import { type Figure, type Place, shown, spreadOf } from '../figure.js';
import { parseExport } from '../sample-batches.js';
import { foldOnce, logOf, type Stored } from '../stored-log.js';
import { projections } from '../../../projections/projections.js';

const partitions = 16;
const rowsPerBatch = 250_000;
/** Passes of 2,470 rows: a log of 2,000,700 events. */
const steps = 810;

/** Of so few partitions that two runs of history end in each. */
const fewPartitions = 4;

/** Apart from what measures: an export's rows are objects, and looking through two million of them is no part of a replay. */
const storedLog = (among: number): Stored[] =>
  logOf(parseExport({ gpus: 247, hosts: 31, interval: 4, steps }, among), rowsPerBatch, among);

const rates = (log: readonly Stored[], rounds: number): readonly number[] =>
  Array.from({ length: rounds }, () => foldOnce(log, projections, true)).map(
    ({ events, seconds }) => events / seconds / 1e6,
  );

const measure = async (place: Place, rounds: number): Promise<readonly number[]> => {
  const log = storedLog(partitions);
  const measured = rates(log, rounds);
  place.say(`${String(log.length)} segments; seconds of processor time`);
  const { median, least, most } = spreadOf(rates(storedLog(fewPartitions), rounds));
  const ended = `${shown(median)} M events/s (${shown(least)} to ${shown(most)})`;
  place.say(`${ended} in ${String(fewPartitions)} partitions, where runs of history end and their chunks are made too`);
  return measured;
};

export const replay: Figure = {
  name: 'replay',
  what: 'decode and fold of all projections on one core, of a log of two million events',
  ...{ unit: 'M events/s', better: 'more', atLeast: 2, aim: 5, measure },
  inTheWay:
    'code that is not compiled yet: the first round of a process takes twice the processor time of the third. Then nothing ' +
    'stands out: an eighth is the collection of garbage, a tenth the minutes of hosts and clusters, a twelfth the ' +
    'compression of history.',
};
