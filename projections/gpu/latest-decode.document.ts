import { type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { entry } from '../documents/tables.document.js';
import { type LatestDevice } from './latest-device.document.js';
import { type LatestDeviceWire } from './latest-wire.document.js';

/** The columns in full, as many rows as there are values. */
const columnsOf = ({ values, observed, metrics, effective }: LatestDeviceWire) => {
  const rows = values.length;
  const seen = observed.length === 1 ? new Array<number>(rows).fill(observed[0]!) : observed;
  const columns = { metrics: metrics ?? [...values.keys()], observed: seen, effective: effective ?? seen };
  if (Object.values(columns).every(({ length }) => length === rows)) return columns;
  throw new RangeError(`columns of different lengths for ${rows} values`);
};

/** Throws a RangeError where a number is beyond its table, or the columns differ in length. */
export const latestDeviceOf = (
  w: LatestDeviceWire,
  revision: Revision,
  metrics: readonly MetricName[],
  times: readonly Instant[],
): LatestDevice => {
  const columns = columnsOf(w);
  const time = (number: number): Instant => entry(times, number);
  const [container, pod, namespace, since] = w.by;
  return {
    uuid: w.uuid,
    gpuIndex: w.at[0],
    device: w.at[1],
    ...{ container, pod, namespace },
    heldSince: time(since),
    seenAt: time(w.seen),
    seenIn: (revision - BigInt(w.before ?? 0)) as Revision,
    moves: (w.moves ?? []).map(([until, gpuIndex, device]) => ({ until: time(until), gpuIndex, device })),
    movesDropped: w.dropped ?? 0,
    metrics: columns.metrics.map((number) => entry(metrics, number)),
    values: w.values,
    observed: columns.observed.map(time),
    effective: columns.effective.map(time),
  };
};
