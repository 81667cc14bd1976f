import * as t from 'io-ts';
import { ClusterId, GpuUuid, Hostname } from '../../domain/ids.js';
import { Instant } from '../../domain/instant.js';
import { Revision } from '../../domain/revision.js';
import { jsonDocument } from '../documents/json.document.js';

const Mig = t.readonly(
  t.type({
    parent: GpuUuid,
    id: t.string,
    /** Such as `1g.10gb`; null where the labels do not tell. */
    profile: t.union([t.string, t.null]),
  }),
);

const Wire = t.readonly(
  t.type({
    /** Of the last segment that changed this document. */
    revision: Revision,
    cluster: ClusterId,
    hostname: Hostname,
    uuid: GpuUuid,
    /** Null for a whole GPU. */
    mig: t.union([t.null, Mig]),
    model_name: t.string,
    /** Names and values in the order of the row, without `__name__`, which is the metric's. */
    labels: t.readonlyArray(t.readonly(t.tuple([t.string, t.string]))),
    labels_truncated: t.boolean,
    /** Effective time of the event that gave the present model name and labels. */
    described_at: Instant,
    /** The earliest effective time of any event of the device. */
    first_seen: Instant,
  }),
  'DeviceDocument',
);

/**
 * What seldom changes of a device: who it is, its labels, when it was first seen. Written when one of them changes.
 * Model name and labels are those of the newest *change*: what the newest sample says of place and holder stands in
 * the host's {@link LatestDocument}. Versioned: change with care.
 * Bound: `labelBytes` of labels, then `labels_truncated`.
 */
export type DeviceDocument = t.TypeOf<typeof Wire>;

/** Names and values of labels together, in UTF-8. */
export const labelBytes = 16_384;

/** Below the partition of (cluster, host): `devices/{cluster}/{hostname}/{uuid}`. */
export const devicePath = (cluster: ClusterId, hostname: Hostname, uuid: GpuUuid): readonly string[] => [
  'devices',
  cluster,
  hostname,
  uuid,
];

export const deviceDocument = jsonDocument<DeviceDocument, t.OutputOf<typeof Wire>>(Wire, (d) =>
  Wire.encode({
    revision: d.revision,
    cluster: d.cluster,
    hostname: d.hostname,
    uuid: d.uuid,
    mig: d.mig && { parent: d.mig.parent, id: d.mig.id, profile: d.mig.profile },
    model_name: d.model_name,
    labels: d.labels,
    labels_truncated: d.labels_truncated,
    described_at: d.described_at,
    first_seen: d.first_seen,
  }),
);
