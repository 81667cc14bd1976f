import * as t from 'io-ts';
import { ClusterId, GpuUuid, Hostname, MetricName } from '../../domain/ids.js';
import { Instant } from '../../domain/instant.js';
import { Revision } from '../../domain/revision.js';
import { asWhole } from '../documents/as-whole.document.js';
import { entry, numbering } from '../documents/tables.document.js';
import { type HostGlance } from './host-glance.document.js';

/** `[metric, count, sum, min, max]`, the metric by its number in the document's table. */
const TallyWire = t.tuple([t.number, t.number, t.number, t.number, t.number]);

/** Written with each commit, so every metric name and every time stands once, in a table. */
const Wire = t.type({
  revision: Revision,
  cluster: ClusterId,
  hostname: Hostname,
  truncated: t.boolean,
  metrics: asWhole(t.array(MetricName)),
  times: t.array(Instant),
  watermark: t.number,
  appended: t.number,
  devices: asWhole(t.array(t.tuple([t.string, GpuUuid, t.number]))),
  minutes: asWhole(t.array(t.tuple([t.number, t.array(TallyWire)]))),
});
type Wire = t.TypeOf<typeof Wire>;

const toWire = (document: HostGlance): t.OutputOf<typeof Wire> => {
  const metrics = numbering<MetricName>();
  const times = numbering<Instant>();
  const { revision, cluster, hostname, truncated } = document;
  return Wire.encode({
    ...{ revision, cluster, hostname, truncated, metrics: metrics.table, times: times.table },
    watermark: times.of(document.watermark),
    appended: times.of(document.appended),
    devices: document.devices.map(([gpuIndex, uuid, seenAt]) => [gpuIndex, uuid, times.of(seenAt)]),
    minutes: document.minutes.map(([start, tallies]) => [
      times.of(start),
      tallies.map(({ metric, count, sum, min, max }) => [metrics.of(metric), count, sum, min, max]),
    ]),
  });
};

const fromWire = ({ metrics, times, ...w }: Wire): HostGlance => {
  const time = (number: number): Instant => entry(times, number);
  const { revision, cluster, hostname, truncated } = w;
  return {
    ...{ revision, cluster, hostname, truncated },
    watermark: time(w.watermark),
    appended: time(w.appended),
    devices: w.devices.map(([gpuIndex, uuid, seenAt]) => [gpuIndex, uuid, time(seenAt)]),
    minutes: w.minutes.map(([start, tallies]) => [
      time(start),
      tallies.map(([metric, count, sum, min, max]) => ({ metric: entry(metrics, metric), count, sum, min, max })),
    ]),
  };
};

const isHost = (value: unknown): value is HostGlance =>
  typeof value === 'object' && value !== null && 'minutes' in value;

/** Between the document and its JSON. */
export const HostCodec = new t.Type<HostGlance, t.OutputOf<typeof Wire>>(
  'HostDocument',
  isHost,
  (input, context) => {
    const wire = Wire.validate(input, context);
    if (wire._tag === 'Left') return wire;
    try {
      return t.success(fromWire(wire.right));
    } catch (error) {
      return t.failure(input, context, String(error));
    }
  },
  toWire,
);
