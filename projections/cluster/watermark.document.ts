import * as t from 'io-ts';
import { ClusterId } from '../../domain/ids.js';
import { Instant } from '../../domain/instant.js';
import { Revision } from '../../domain/revision.js';
import { jsonDocument } from '../documents/json.document.js';

const Wire = t.readonly(
  t.type({
    /** Of the last segment that changed this document. */
    revision: Revision,
    cluster: ClusterId,
    /** The newest effective time of the cluster's events in this partition, and when that event was appended. */
    watermark: Instant,
    appended: Instant,
  }),
  'WatermarkDocument',
);

/**
 * How far a cluster's data reaches, one document per partition that holds some of its hosts: the cluster's watermark
 * is the newest of them, ties by the later `appended`. Versioned: change with care.
 */
export type WatermarkDocument = t.TypeOf<typeof Wire>;

/** Below each partition: `watermarks/{cluster}`. */
export const watermarkPath = (cluster: ClusterId): readonly string[] => ['watermarks', cluster];

export const watermarkDocument = jsonDocument<WatermarkDocument, t.OutputOf<typeof Wire>>(Wire, (d) =>
  Wire.encode({ revision: d.revision, cluster: d.cluster, watermark: d.watermark, appended: d.appended }),
);
