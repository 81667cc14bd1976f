import { type GpuUuid, type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type DeviceKey } from './device-order.js';

/** The newest value of one metric by effective time, and when it was observed. */
export interface LatestValue {
  readonly value: number;
  readonly observed: Instant;
}

/** Who holds a device according to its newest event. */
export interface Holder {
  readonly container: string;
  readonly pod: string;
  readonly namespace: string;
  readonly since: Instant;
}

/** What the read models know of one device: one GPU, or one MIG instance, on one host. */
export interface DeviceView extends DeviceKey {
  readonly mig: { readonly parent: GpuUuid; readonly profile: string | null } | undefined;
  /** Such as `nvidia0`. */
  readonly device: string;
  readonly modelName: string;
  readonly labels: readonly (readonly [name: string, text: string])[];
  readonly firstSeen: Instant;
  /** The newest effective time of any event of the device: a row from the future counts when it was appended. */
  readonly lastSeen: Instant;
  /** Of the newest event of the device; settles equal times. */
  readonly revision: Revision;
  readonly holder: Holder | undefined;
  /** Every metric that was ever sampled, and no other (promise P4). */
  readonly latest: ReadonlyMap<MetricName, LatestValue>;
}
