import * as t from 'io-ts';
import { latestDeviceOf } from './latest-decode.document.js';
import { type LatestDocument } from './latest-device.document.js';
import { latestToWire } from './latest-encode.document.js';
import { LatestWire } from './latest-wire.document.js';

const isLatest = (value: unknown): value is LatestDocument =>
  typeof value === 'object' && value !== null && 'devices' in value;

/** Between the document and its JSON, in which every metric name and every time stands once. */
export const LatestCodec = new t.Type<LatestDocument, t.OutputOf<typeof LatestWire>>(
  'LatestDocument',
  isLatest,
  (input, context) => {
    const wire = LatestWire.validate(input, context);
    if (wire._tag === 'Left') return wire;
    const { revision, cluster, hostname, truncated, metrics, times } = wire.right;
    try {
      const devices = wire.right.devices.map((device) => latestDeviceOf(device, revision, metrics, times));
      return t.success({ revision, cluster, hostname, truncated, devices });
    } catch (error) {
      return t.failure(input, context, String(error));
    }
  },
  latestToWire,
);
