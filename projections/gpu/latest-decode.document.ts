import { type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type LatestDevice } from './latest-device.document.js';
import { type LatestDeviceWire } from './latest-wire.document.js';

/** The entry of a table; undefined, which no table holds, for a number beyond it is a damaged document. */
const entry = <A>(table: readonly A[], number: number): A => {
  const found = table[number];
  if (found === undefined) throw new RangeError(`entry ${number} of a table of ${table.length}`);
  return found;
};

const checkColumns = ({ metrics, values, observed, effective }: LatestDeviceWire): void => {
  const columns = effective.length === 0 ? [values, observed] : [values, observed, effective];
  if (columns.every(({ length }) => length === metrics.length)) return;
  throw new RangeError(`columns of different lengths for ${metrics.length} metrics`);
};

/** Throws a RangeError where a number is beyond its table, or the columns differ in length. */
export const latestDeviceOf = (
  w: LatestDeviceWire,
  metrics: readonly MetricName[],
  times: readonly Instant[],
): LatestDevice => {
  checkColumns(w);
  const observed = w.observed.map((time) => entry(times, time));
  const [container, pod, namespace, since] = w.by;
  return {
    uuid: w.uuid,
    gpuIndex: w.at[0],
    device: w.at[1],
    container,
    pod,
    namespace,
    heldSince: entry(times, since),
    seenAt: entry(times, w.seen),
    moves: w.moves.map(([until, gpuIndex, device]) => ({ until: entry(times, until), gpuIndex, device })),
    movesDropped: w.dropped,
    metrics: w.metrics.map((metric) => entry(metrics, metric)),
    values: w.values,
    observed,
    effective: w.effective.length === 0 ? observed.slice() : w.effective.map((time) => entry(times, time)),
  };
};
