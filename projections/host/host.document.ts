import * as t from 'io-ts';
import { ClusterId, GpuUuid, Hostname } from '../../domain/ids.js';
import { Instant } from '../../domain/instant.js';
import { Revision } from '../../domain/revision.js';
import { jsonDocument } from '../documents/json.document.js';
import { TallyCodec } from '../documents/tally.document.js';

const Wire = t.readonly(
  t.type({
    /** Of the last segment that changed this document. */
    revision: Revision,
    cluster: ClusterId,
    hostname: Hostname,
    /** True when devices or metrics beyond the limits were left out. */
    truncated: t.boolean,
    /** The newest effective time of any event of the host, and when that event was appended. */
    watermark: Instant,
    appended: Instant,
    /** Each (index, device uuid) ever seen, in the order of first sight, with the newest effective time. */
    devices: t.readonlyArray(t.readonly(t.tuple([t.string, GpuUuid, Instant]))),
    /** The minute of the watermark and the one before, where they have events; each with its start. */
    minutes: t.readonlyArray(t.readonly(t.tuple([Instant, t.readonlyArray(TallyCodec)]))),
  }),
  'HostDocument',
);

/**
 * What a host is at a glance: devices ever seen by index, watermark, and every metric by minute of effective time.
 * A minute before the last two is dropped, and an event of such a minute is not added. Versioned: change with care.
 */
export type HostDocument = t.TypeOf<typeof Wire>;

/** Bounds: pairs of index and device; metrics of a minute are bounded by `tallyLimit`. */
export const hostLimits = { devices: 1_024, minutes: 2 } as const;

/** Below the partition of (cluster, host): `hosts/{cluster}/{hostname}`. */
export const hostPath = (cluster: ClusterId, hostname: Hostname): readonly string[] => ['hosts', cluster, hostname];

export const hostDocument = jsonDocument<HostDocument, t.OutputOf<typeof Wire>>(Wire, (d) =>
  Wire.encode({
    revision: d.revision,
    cluster: d.cluster,
    hostname: d.hostname,
    truncated: d.truncated,
    watermark: d.watermark,
    appended: d.appended,
    devices: d.devices,
    minutes: d.minutes,
  }),
);
