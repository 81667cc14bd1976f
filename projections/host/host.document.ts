import { type ClusterId, type Hostname } from '../../domain/ids.js';
import { jsonDocument } from '../documents/json.document.js';
import { HostCodec } from './host-codec.document.js';
import { type HostGlance } from './host-glance.document.js';

/** A host at a glance, as its read model holds it. Versioned: change with care. */
export type HostDocument = HostGlance;

/** Bounds: pairs of index and device; metrics of a minute are bounded by `tallyLimit`. */
export const hostLimits = { devices: 1_024, minutes: 2 } as const;

/** Below the partition of (cluster, host): `hosts/{cluster}/{hostname}`. */
export const hostPath = (cluster: ClusterId, hostname: Hostname): readonly string[] => ['hosts', cluster, hostname];

export const hostDocument = jsonDocument<HostDocument, unknown>(HostCodec);
