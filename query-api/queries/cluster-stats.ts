import { type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { knownMetrics } from '../../domain/metrics.js';
import { bucketOf } from '../history/history-query.js';
import { type Fleet } from '../model/fleet.js';
import { type ClusterView, type Summary } from '../model/host-view.js';
import { addFinite } from '../../projections/documents/tally.document.js';
import { mergeSummaries } from '../model/summaries.js';
import { type Clock } from './clock.js';
import { distributionOf, type Distribution } from './distribution.js';
import { selectGpus, type Gpu } from './gpus.js';
import { statuses, type Status } from './status.js';

/** Sums over the same GPUs; null where none of them has the value. */
export interface Totals {
  readonly power: number | null;
  readonly memoryUsed: number | null;
  readonly memoryFree: number | null;
}

export interface ClusterStats {
  readonly gpusByStatus: Readonly<Record<Status, number>>;
  /** The known metrics, then every other one that the GPUs have. */
  readonly metrics: ReadonlyMap<MetricName, Distribution>;
  readonly totals: Totals;
}

const valuesOf = (gpus: readonly Gpu[], metric: string): readonly number[] =>
  gpus.flatMap(({ view }) => {
    const latest = view.latest.get(metric as MetricName);
    return latest ? [latest.value] : [];
  });

const total = (gpus: readonly Gpu[], field: string): number | null => {
  const { metric } = knownMetrics.find((known) => known.field === field)!;
  const values = valuesOf(gpus, metric);
  return values.length === 0 ? null : values.reduce(addFinite, 0);
};

/** @param everyStatus takes the latest values of stale and missing GPUs too, not of active ones alone */
export const clusterStats = (fleet: Fleet, cluster: ClusterView, everyStatus: boolean, clock: Clock): ClusterStats => {
  const all = selectGpus(fleet, { cluster: cluster.cluster }, clock);
  const gpus = everyStatus ? all : all.filter(({ status }) => status === 'active');
  const names = new Set([
    ...knownMetrics.map(({ metric }) => metric),
    ...all.flatMap(({ view }) => [...view.latest.keys()]),
  ]);
  const counts = statuses.map((status) => [status, all.filter((gpu) => gpu.status === status).length] as const);
  return {
    gpusByStatus: Object.fromEntries(counts) as Record<Status, number>,
    metrics: new Map([...names].map((metric) => [metric, distributionOf(valuesOf(gpus, metric))])),
    totals: {
      power: total(gpus, 'power_draw'),
      memoryUsed: total(gpus, 'memory_used_mb'),
      memoryFree: total(gpus, 'memory_free_mb'),
    },
  };
};

/** The metrics of a cluster over one step of time. */
export interface CoursePoint {
  readonly start: Instant;
  readonly metrics: ReadonlyMap<MetricName, Summary>;
}

const merged = (a: ReadonlyMap<MetricName, Summary>, b: ReadonlyMap<MetricName, Summary>) => {
  const result = new Map(a);
  for (const [metric, summary] of b) {
    const before = result.get(metric);
    result.set(metric, before ? mergeSummaries(before, summary) : summary);
  }
  return result;
};

/**
 * The course over time, oldest first: every sample by minute of effective time, put together to steps.
 *
 * @param step a whole number of minutes, in nanoseconds
 */
export const clusterCourse = (cluster: ClusterView, step: bigint): readonly CoursePoint[] => {
  const points = new Map<Instant, ReadonlyMap<MetricName, Summary>>();
  for (const { start, metrics } of cluster.minutes()) {
    const at = bucketOf(start, { step, aggregate: 'avg' });
    points.set(at, merged(points.get(at) ?? new Map<MetricName, Summary>(), metrics));
  }
  return [...points].map(([start, metrics]) => ({ start, metrics }));
};
