import * as t from 'io-ts';
import { knownMetric } from '../../domain/metrics.js';
import { type HostView, type Summary } from '../model/host-view.js';
import { shownName } from '../parameters/metrics.js';
import { type Host } from '../queries/hosts.js';
import { described, named } from '../schema/described.js';
import { count, showTime, text, time, wireStatus } from './fields.js';

const Spread = t.type({
  unit: described(t.union([t.string, t.null]), 'The unit; null for a metric without a field of its own.'),
  samples: count('How many samples.'),
  mean: described(t.number, 'Their mean.'),
  min: described(t.number, 'The least.'),
  max: described(t.number, 'The greatest.'),
});

export const WireSpreads = t.record(t.string, Spread);
export type WireSpreads = t.TypeOf<typeof WireSpreads>;

/** By shown name; metrics without a sample are absent. */
export const wireSpreads = (summaries: ReadonlyMap<string, Summary>): WireSpreads =>
  Object.fromEntries(
    [...summaries].map(([metric, { count: samples, sum, min, max }]) => [
      shownName(metric),
      { unit: knownMetric(metric)?.unit ?? null, samples, mean: sum / samples, min, max },
    ]),
  );

export const WireHost = named(
  'Host',
  t.type({
    id: text('The same as `hostname`.', 'mtv5-dgx1-hgpu-031'),
    hostname: text('The host’s name. Unique within its cluster.', 'mtv5-dgx1-hgpu-031'),
    cluster_id: text('The host’s cluster.', 'local-cluster'),
    status: wireStatus,
    gpu_count: count('GPUs and MIG instances whose present host this is.', 8),
    active_gpu_count: count('Those of them that are active.', 8),
    last_seen: time('The newest effective time of its observations.'),
    metrics: described(
      WireSpreads,
      'Each metric over the last minute of effective time that has samples of the host; by field name or DCGM name.',
    ),
  }),
);
export type WireHost = t.TypeOf<typeof WireHost>;

const lastMinute = (view: HostView): WireSpreads => wireSpreads(view.lastMinute);

export const wireHost = ({ view, status, gpuCount, activeGpuCount }: Host): WireHost => ({
  id: view.hostname,
  hostname: view.hostname,
  cluster_id: view.cluster,
  status,
  gpu_count: gpuCount,
  active_gpu_count: activeGpuCount,
  last_seen: showTime(view.lastSeen),
  metrics: lastMinute(view),
});
