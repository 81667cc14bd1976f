import { type ClusterId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Fleet } from '../model/fleet.js';
import { type Watermark } from './status.js';

/**
 * What the status of a device or a host goes by. A cluster's watermark comes with another projection than its devices,
 * and may come later or not at all: then they grow old by the clock alone, so that stale data is not shown as healthy.
 */
export const watermarkFor = (
  fleet: Fleet,
  { cluster, lastSeen }: { readonly cluster: ClusterId; readonly lastSeen: Instant },
): Watermark => fleet.cluster(cluster) ?? { watermark: lastSeen, watermarkAppended: lastSeen };
