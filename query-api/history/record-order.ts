import { type Instant } from '../../domain/instant.js';
import { compareDevices, type DeviceKey } from '../model/device-order.js';

/** Where a record stands: by observation time, then its device. */
export interface RecordKey extends DeviceKey {
  readonly at: Instant;
}

export const compareRecords = (a: RecordKey, b: RecordKey): number =>
  a.at === b.at ? compareDevices(a, b) : a.at < b.at ? -1 : 1;
