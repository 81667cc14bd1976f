import * as t from 'io-ts';
import { knownMetric } from '../../domain/metrics.js';
import { shownName } from '../parameters/metrics.js';
import { type ClusterStats, type CoursePoint } from '../queries/cluster-stats.js';
import { type Cluster } from '../queries/clusters.js';
import { described, named } from '../schema/described.js';
import { count, nullableNumber, showTime, text, time, wireStatus } from './fields.js';
import { WireSpreads, wireSpreads } from './host.js';

export const WireCluster = named(
  'Cluster',
  t.type({
    id: text('The cluster’s name, as it was given to the streamer.', 'local-cluster'),
    name: text('The same as `id`.', 'local-cluster'),
    status: wireStatus,
    host_count: count('Hosts ever seen in it.', 31),
    gpu_count: count('GPUs and MIG instances whose present host is in it.', 247),
    active_gpu_count: count('Those of them that are active.', 247),
    watermark: time('The newest effective time seen in it.'),
  }),
);
export type WireCluster = t.TypeOf<typeof WireCluster>;

export const wireCluster = ({ view, status, hostCount, gpuCount, activeGpuCount }: Cluster): WireCluster => ({
  id: view.cluster,
  name: view.cluster,
  status,
  host_count: hostCount,
  gpu_count: gpuCount,
  active_gpu_count: activeGpuCount,
  watermark: showTime(view.watermark),
});

const WireDistribution = t.type({
  unit: described(t.union([t.string, t.null]), 'The unit; null for a metric without a field of its own.'),
  samples: count('GPUs that have a value.', 247),
  min: nullableNumber('The least; null where there is none.'),
  mean: nullableNumber('The mean; null where there is none.'),
  max: nullableNumber('The greatest; null where there is none.'),
  p95: nullableNumber('The 95th percentile by nearest rank; null where there is none.'),
});

const WirePoint = t.type({
  start: time('The start of the step.'),
  metrics: described(WireSpreads, 'Each metric over all samples of the step.'),
});

const GpusByStatus = t.type({
  active: count('Active GPUs.', 247),
  stale: count('Stale GPUs.', 0),
  missing: count('Missing GPUs.', 0),
});

const Totals = t.type({
  power_draw: nullableNumber('Watts drawn by those GPUs together; null where none has the value.'),
  memory_used_mb: nullableNumber('MiB of frame buffer in use on those GPUs together; null where none has the value.'),
  memory_free_mb: nullableNumber('MiB of frame buffer free on those GPUs together; null where none has the value.'),
});

export const WireStats = named(
  'ClusterStats',
  t.intersection([
    t.type({
      cluster_id: text('The cluster.', 'local-cluster'),
      gpus_by_status: described(GpusByStatus, 'How many GPUs have which status.'),
      metrics: described(
        t.record(t.string, WireDistribution),
        'By field name or DCGM name: the latest values of active GPUs, or of all with include=stale.',
      ),
      totals: described(Totals, 'Sums over the same GPUs.'),
    }),
    t.partial({ course: described(t.array(WirePoint), 'Only with `step`: the course over time, oldest first.') }),
  ]),
);
export type WireStats = t.TypeOf<typeof WireStats>;

export const wireStats = (
  cluster: string,
  { gpusByStatus, metrics, totals }: ClusterStats,
  course: readonly CoursePoint[] | undefined,
): WireStats => ({
  cluster_id: cluster,
  gpus_by_status: gpusByStatus,
  metrics: Object.fromEntries(
    [...metrics].map(([metric, distribution]) => [
      shownName(metric),
      { unit: knownMetric(metric)?.unit ?? null, ...distribution },
    ]),
  ),
  totals: { power_draw: totals.power, memory_used_mb: totals.memoryUsed, memory_free_mb: totals.memoryFree },
  ...(course && {
    course: course.map(({ start, metrics: spreads }) => ({
      start: showTime(start),
      metrics: wireSpreads(spreads),
    })),
  }),
});
