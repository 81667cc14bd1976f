import { deviceOf, type Device } from '../../domain/device.js';
import { type Epoch, type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type Cursor } from '../../domain/position.js';
import { type Segment, type Series } from '../../domain/segment/segment.js';
import { type TelemetryRecord } from '../history/telemetry-record.js';

/** What one segment holds of one device at one time (promise Q4). */
export interface LiveUpdate extends TelemetryRecord {
  readonly cursor: Cursor;
}

interface Growing {
  readonly device: Device;
  readonly at: Instant;
  readonly values: Map<MetricName, number>;
  series: Series;
}

const updateOf = ({ device, at, values, series }: Growing, cursor: Cursor): LiveUpdate => ({
  at,
  cluster: device.cluster,
  hostname: device.hostname,
  uuid: device.uuid,
  index: series.gpuIndex,
  device: series.device,
  modelName: series.modelName,
  values,
  cursor,
});

/** The updates of a segment in the order in which their first events stand in it: their places are the same for ever. */
export const updatesOf = (
  { revision, partition }: Pick<LogEntry, 'revision' | 'partition'>,
  { header, samples }: Segment,
  epoch: Epoch,
): readonly LiveUpdate[] => {
  const devices = samples.series.map((series) => deviceOf(header.cluster, series));
  const growing = new Map<string, Growing>();
  for (let event = 0; event < samples.values.length; event++) {
    const [s, t] = [samples.seriesAt[event]!, samples.timeAt[event]!];
    const [series, device, { at }] = [samples.series[s]!, devices[s]!, samples.times[t]!];
    const name = `${t} ${device.hostname}\0${device.uuid}`;
    const update = growing.get(name) ?? { device, at, values: new Map<MetricName, number>(), series };
    if (update.values.size === 0) growing.set(name, update);
    update.series = series;
    update.values.set(series.metric, samples.values[event]!);
  }
  return [...growing.values()].map((update, place) => updateOf(update, { epoch, revision, partition, place }));
};
