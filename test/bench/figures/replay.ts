import { type Figure, type Place } from '../figure.js';
import { parseExport } from '../sample-batches.js';
import { foldOnce, logOf, type Stored } from '../stored-log.js';
import { projections } from '../../../projections/projections.js';

const partitions = 16;
const rowsPerBatch = 250_000;
/** Passes of 2,470 rows: a log of 2,000,700 events. */
const steps = 810;

/** Apart from what measures: an export's rows are objects, and looking through two million of them is no part of a replay. */
const storedLog = (): Stored[] =>
  logOf(parseExport({ gpus: 247, hosts: 31, interval: 4, steps }, partitions), rowsPerBatch, partitions);

const measure = async (place: Place, rounds: number): Promise<readonly number[]> => {
  const log = storedLog();
  const folded = Array.from({ length: rounds }, () => foldOnce(log, projections, true));
  place.say(`${String(folded[0]!.events)} events in ${String(log.length)} segments; seconds of processor time`);
  return folded.map(({ events, seconds }) => events / seconds / 1e6);
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
