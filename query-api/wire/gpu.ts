import * as t from 'io-ts';
import { knownMetric } from '../../domain/metrics.js';
import { shownName } from '../parameters/metrics.js';
import { type Gpu } from '../queries/gpus.js';
import { described, named } from '../schema/described.js';
import { showTime, text, time, wireStatus } from './fields.js';

const Base = t.type({
  id: text('The index of the GPU on its host. Not unique: the `uuid` is.', '0'),
  uuid: text('The GPU’s UUID, or {uuid}:{id} for a MIG instance.', 'GPU-5fd4f087-86f3-7a43-b711-4771313afc50'),
  hostname: text('The host on which it was observed last.', 'mtv5-dgx1-hgpu-031'),
  name: text('The model’s name.', 'NVIDIA H100 80GB HBM3'),
  device: text('The device name on the host.', 'nvidia0'),
  status: wireStatus,
  cluster_id: text('The cluster of the host.', 'local-cluster'),
  last_seen: time('The newest effective time of its observations: observed or appended, whichever is earlier.'),
});

const OfInstances = t.partial({
  parent_uuid: text('Only of a MIG instance: the UUID of the GPU that it is a part of.'),
  mig_profile: described(t.union([t.string, t.null]), 'Only of a MIG instance: its profile, such as 1g.10gb.'),
});

/** A GPU as lists show it. */
export const WireGpu = named(
  'Gpu',
  described(t.intersection([Base, OfInstances]), 'A GPU, or a MIG instance, at its present host.'),
);
export type WireGpu = t.TypeOf<typeof WireGpu>;

const WireValue = t.type({
  value: described(t.number, 'The newest value by effective time.'),
  unit: described(t.union([t.string, t.null]), {
    description: 'The unit of the value; null for a metric that has no field of its own.',
    example: 'W',
  }),
  timestamp: time('When this value was observed.'),
});

/** The newest value of every metric that was ever sampled. */
export const WireMetrics = named(
  'LatestMetrics',
  described(t.record(t.string, WireValue), {
    description:
      'By field name (power_draw, …) or, for a metric without a field, by DCGM name: the newest value and its own ' +
      'time. A metric that was never sampled is absent.',
    example: { power_draw: { value: 73.136, unit: 'W', timestamp: '2025-07-18T20:42:34Z' } },
  }),
);
export type WireMetrics = t.TypeOf<typeof WireMetrics>;

const Holder = t.type({
  container: text('Kubernetes container; empty when not told.'),
  pod: text('Kubernetes pod; empty when not told.'),
  namespace: text('Kubernetes namespace; empty when not told.'),
  since: time('Effective time of the observation with which this holder appeared.'),
});

/** A GPU with all that is known of it. */
export const WireGpuDetail = named(
  'GpuDetail',
  t.intersection([
    Base,
    OfInstances,
    t.type({
      labels: described(
        t.record(t.string, t.string),
        'The labels of its newest description, as the exporter gave them.',
      ),
      first_seen: time('The earliest effective time of its observations on this host.'),
      held_by: described(t.union([Holder, t.null]), 'Who holds the GPU according to its newest observation, or null.'),
      metrics: WireMetrics,
    }),
  ]),
);
export type WireGpuDetail = t.TypeOf<typeof WireGpuDetail>;

export const wireGpu = ({ view, status }: Gpu): WireGpu => ({
  id: view.index,
  uuid: view.uuid,
  hostname: view.hostname,
  name: view.modelName,
  device: view.device,
  status,
  cluster_id: view.cluster,
  last_seen: showTime(view.lastSeen),
  ...(view.mig && { parent_uuid: view.mig.parent, mig_profile: view.mig.profile }),
});

export const wireMetrics = ({ view }: Gpu): WireMetrics =>
  Object.fromEntries(
    [...view.latest].map(([metric, { value, observed }]) => [
      shownName(metric),
      { value, unit: knownMetric(metric)?.unit ?? null, timestamp: showTime(observed) },
    ]),
  );

export const wireGpuDetail = (gpu: Gpu): WireGpuDetail => {
  const { labels, firstSeen, holder } = gpu.view;
  return {
    ...wireGpu(gpu),
    labels: Object.fromEntries(labels),
    first_seen: showTime(firstSeen),
    held_by: holder ? { ...holder, since: showTime(holder.since) } : null,
    metrics: wireMetrics(gpu),
  };
};
