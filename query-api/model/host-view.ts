import { type ClusterId, type Hostname, type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';

/** The values of one metric taken together. */
export interface Summary {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** What the read models know of one host beside its devices. */
export interface HostView {
  readonly cluster: ClusterId;
  readonly hostname: Hostname;
  /** The newest effective time of any event of the host. */
  readonly lastSeen: Instant;
  /** Each metric over the newest minute of effective time that has values. */
  readonly lastMinute: ReadonlyMap<MetricName, Summary>;
}

/** What the read models know of one cluster, its partitions merged. */
export interface ClusterView {
  readonly cluster: ClusterId;
  /** The newest effective time seen. */
  readonly watermark: Instant;
  /** When the event that set the watermark was appended: since then the watermark has advanced with the clock. */
  readonly watermarkAppended: Instant;
  /** Each metric by minute of effective time, oldest first. */
  readonly minutes: () => readonly ClusterMinute[];
}

export interface ClusterMinute {
  readonly start: Instant;
  readonly metrics: ReadonlyMap<MetricName, Summary>;
}
