import { type ClusterId, type GpuUuid, type Hostname } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type Tally } from '../documents/tally.document.js';

/**
 * What a host is at a glance: devices ever seen by index, watermark, and every metric by minute of effective time.
 * A minute before the last two is dropped, and an event of such a minute is not added. Versioned: change with care.
 */
export interface HostGlance {
  /** Of the last segment that changed this document. */
  readonly revision: Revision;
  readonly cluster: ClusterId;
  readonly hostname: Hostname;
  /** True when devices or metrics beyond the limits were left out. */
  readonly truncated: boolean;
  /** The newest effective time of any event of the host, and when that event was appended. */
  readonly watermark: Instant;
  readonly appended: Instant;
  /** Each (index, device uuid) ever seen, in the order of first sight, with the newest effective time. */
  readonly devices: readonly (readonly [gpuIndex: string, uuid: GpuUuid, seenAt: Instant])[];
  /** The minute of the watermark and the one before, where they have events; each with its start. */
  readonly minutes: readonly (readonly [start: Instant, tallies: readonly Tally[]])[];
}
