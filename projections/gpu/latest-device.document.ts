import { type ClusterId, type GpuUuid, type Hostname, type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';

/** Where the device stood on its host until it moved to another index or device name of the same host. */
export interface Move {
  /** Effective time of the first event at the next place. */
  readonly until: Instant;
  readonly gpuIndex: string;
  readonly device: string;
}

/**
 * The newest that is known of one device, by effective time, ties by position. `metrics`, `values`, `observed` and
 * `effective` are columns: entry `i` of each belongs to one metric. A metric never sampled has no entry (promise P4).
 */
export interface LatestDevice {
  readonly uuid: GpuUuid;
  readonly gpuIndex: string;
  readonly device: string;
  /** Who holds the device according to its newest event; all three are empty when nobody does. */
  readonly container: string;
  readonly pod: string;
  readonly namespace: string;
  /** Effective time of the event with which the present holder appeared. */
  readonly heldSince: Instant;
  /** The newest effective time of any event of the device. */
  readonly seenAt: Instant;
  /** The revision of that event; of several of one effective time, the last one's. */
  readonly seenIn: Revision;
  /** The last places before the present one, oldest first, and how many older ones were dropped. */
  readonly moves: readonly Move[];
  readonly movesDropped: number;
  readonly metrics: readonly MetricName[];
  readonly values: readonly number[];
  readonly observed: readonly Instant[];
  readonly effective: readonly Instant[];
}

/**
 * The latest value of every metric of each device of a host, devices and metrics in the order in which they were
 * first seen. Written with each commit, so it is kept small: arrays instead of names, each time written once.
 * Versioned: change with care.
 */
export interface LatestDocument {
  /** Of the last segment that changed this document. */
  readonly revision: Revision;
  readonly cluster: ClusterId;
  readonly hostname: Hostname;
  /** True when devices or metrics beyond the limits were left out. */
  readonly truncated: boolean;
  readonly devices: readonly LatestDevice[];
}
