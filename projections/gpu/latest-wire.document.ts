import * as t from 'io-ts';
import { ClusterId, GpuUuid, Hostname, MetricName } from '../../domain/ids.js';
import { Instant } from '../../domain/instant.js';
import { Revision } from '../../domain/revision.js';
import { asWhole } from '../documents/as-whole.document.js';

const numbers = t.array(t.number);

/** `metrics` numbers the document's table of metrics; `observed` and `effective` number its table of times. */
export const LatestDeviceWire = t.intersection([
  t.type({
    uuid: GpuUuid,
    /** Index and device name. */
    at: t.tuple([t.string, t.string]),
    /** Container, pod, namespace, and since when. */
    by: t.tuple([t.string, t.string, t.string, t.number]),
    seen: t.number,
    values: numbers,
    /** One time where it is that of every value. */
    observed: numbers,
  }),
  t.partial({
    /** Where they are not the first ones of the table, in its order. */
    metrics: numbers,
    /** Where they are not the observed times. */
    effective: numbers,
    /** Until, index, device name. */
    moves: t.array(t.tuple([t.number, t.string, t.string])),
    dropped: t.number,
    /** How many revisions before the document's the newest event stands, where it is not that one. */
    before: t.number,
  }),
]);
export type LatestDeviceWire = t.TypeOf<typeof LatestDeviceWire>;

/** The JSON of a host's latest values: every metric name and every time stands once, in a table. */
export const LatestWire = t.type({
  revision: Revision,
  cluster: ClusterId,
  hostname: Hostname,
  truncated: t.boolean,
  metrics: asWhole(t.array(MetricName)),
  times: t.array(Instant),
  devices: asWhole(t.array(LatestDeviceWire)),
});
