import { type ClusterId, type GpuUuid, type Hostname, type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type RecordKey } from './record-order.js';

export type Order = 'asc' | 'desc';

export const aggregates = ['avg', 'min', 'max', 'last'] as const;
export type Aggregate = (typeof aggregates)[number];

/** Buckets of time, aligned to the Unix epoch: their length in nanoseconds, and what becomes of the values in one. */
export interface Buckets {
  readonly step: bigint;
  readonly aggregate: Aggregate;
}

/** Which records of the past to show. */
export interface HistoryQuery {
  readonly cluster: ClusterId | undefined;
  readonly hostname: Hostname | undefined;
  readonly uuid: GpuUuid | undefined;
  /** Observation times, both inclusive. */
  readonly start: Instant | undefined;
  readonly end: Instant | undefined;
  readonly metrics: ReadonlySet<MetricName> | undefined;
  readonly order: Order;
  readonly buckets: Buckets | undefined;
  /** Show only what comes behind this one. */
  readonly after: RecordKey | undefined;
  readonly limit: number;
}

/** The start of the bucket of a time; without buckets the time itself. */
export const bucketOf = (at: Instant, buckets: Buckets | undefined): Instant => {
  if (!buckets) return at;
  const into = ((at % buckets.step) + buckets.step) % buckets.step;
  return (at - into) as Instant;
};
