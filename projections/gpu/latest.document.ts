import { type ClusterId, type Hostname } from '../../domain/ids.js';
import { jsonDocument } from '../documents/json.document.js';
import { type LatestDocument } from './latest-device.document.js';
import { LatestCodec } from './latest-codec.document.js';

/** Bounds: devices of a host, metrics with a value over all of them, distinct metrics, moves kept of a device. */
export const latestLimits = { devices: 256, values: 8_192, metrics: 512, moves: 8 } as const;

/** Below the partition of (cluster, host): `latest/{cluster}/{hostname}`. */
export const latestPath = (cluster: ClusterId, hostname: Hostname): readonly string[] => ['latest', cluster, hostname];

export const latestDocument = jsonDocument<LatestDocument, unknown>(LatestCodec);
