import * as t from 'io-ts';
import { type HealthKind, healthKinds, slowdownLimit } from '../../domain/health-signals.js';
import { type GpuHealth, isHealthy } from '../queries/gpu-health.js';
import { type HealthCondition, type HealthEvent } from '../queries/health-event.js';
import { described, named } from '../schema/described.js';
import { count, nullableNumber, showTime, text, time, wireStatus } from './fields.js';

/** What each kind means, for people; the same words in every protocol. */
export const kindMeanings: Readonly<Record<HealthKind, string>> = {
  xid: 'an XID error of the driver',
  ecc_double_bit: 'memory errors that were not corrected, by a counter that grows',
  ecc_single_bit: 'memory errors that were corrected, by a counter that grows',
  temperature:
    `at or above ${String(slowdownLimit)} °C, the lowest slow-down limit of NVIDIA’s data-centre GPUs; one limit for ` +
    'every model, and no option: that a GPU has slowed down by its own limit is a throttle of cause hw_thermal_slowdown',
  throttle: 'lower clocks for a reason that is a fault or a limit',
  violation: 'time throttled, by a counter that grows',
  not_seen: 'a known GPU that is stale or missing',
};

export const kindsText = `${healthKinds.map((kind) => `${kind}: ${kindMeanings[kind]}`).join('; ')}.`;

const kinds = Object.fromEntries(healthKinds.map((kind) => [kind, null])) as Record<(typeof healthKinds)[number], null>;
const nullableText = (description: string): t.UnionC<[t.StringC, t.NullC]> =>
  described(t.union([t.string, t.null]), description);

const Condition = t.type({
  kind: described(t.keyof(kinds), { description: kindsText, example: 'xid' }),
  cause: nullableText(
    'Which of its kind: a reason to throttle, volatile or aggregate, a status; null for one kind alone.',
  ),
  code: nullableNumber('The number of the XID error; null for everything else.'),
  metric: nullableText('The DCGM name of the metric that tells of it; null for not_seen.'),
  first_seen: time(
    'Effective time of the first sample that told of it; of not_seen the newest observation of the GPU.',
  ),
  last_seen: time('Effective time of the last one; of not_seen the newest time of the cluster.'),
  count: described(t.number, 'How much a counter has grown; of everything else how often it has begun.'),
  samples: count('Samples that told of it.', 3),
  worst: nullableNumber('The greatest value of those samples; null for not_seen.'),
  unit: nullableText('The unit of that value; null where it has none.'),
  ongoing: described(t.boolean, 'Whether the newest sample still tells of it.'),
});

/** One thing that is or was wrong with one GPU. */
export const WireHealthEvent = named(
  'HealthEvent',
  t.intersection([
    t.type({
      id: text('Names the event among all of them.'),
      uuid: text('The GPU’s UUID, or {uuid}:{id} for a MIG instance.', 'GPU-5fd4f087-86f3-7a43-b711-4771313afc50'),
      gpu_id: text('The index of the GPU on that host.', '0'),
      hostname: text('The host on which it was.', 'mtv5-dgx1-hgpu-031'),
      cluster_id: text('The cluster of the host.', 'local-cluster'),
    }),
    Condition,
  ]),
);
export type WireHealthEvent = t.TypeOf<typeof WireHealthEvent>;

/** What is and was wrong with one GPU. */
export const WireGpuHealth = named(
  'GpuHealth',
  t.type({
    id: text('The index of the GPU on its host. Not unique: the `uuid` is.', '0'),
    uuid: text('The GPU’s UUID, or {uuid}:{id} for a MIG instance.'),
    hostname: text('The host on which it was observed last.'),
    cluster_id: text('The cluster of the host.'),
    status: wireStatus,
    healthy: described(t.boolean, 'True when nothing is wrong now, as far as the metrics that are sampled tell.'),
    conditions: described(t.array(named('HealthCondition', Condition)), 'Sums over everything that was ever wrong.'),
    conditions_truncated: described(t.boolean, 'True when there were more conditions than are kept.'),
    events: described(t.array(WireHealthEvent), 'The newest events, in the order in which they came to be known.'),
    events_dropped: count('Older events, which are in the sums alone.', 0),
  }),
);
export type WireGpuHealth = t.TypeOf<typeof WireGpuHealth>;

const wireCondition = ({ first, last, ...condition }: HealthCondition): t.TypeOf<typeof Condition> => {
  const { kind, cause, code, metric, count: often, samples, worst, unit, ongoing } = condition;
  const times = { first_seen: showTime(first), last_seen: showTime(last) };
  return { kind, cause, code, metric, ...times, count: often, samples, worst, unit, ongoing };
};

export const wireHealthEvent = (event: HealthEvent): WireHealthEvent => {
  const { uuid, index, hostname, cluster } = event.device;
  return { id: event.id, uuid, gpu_id: index, hostname, cluster_id: cluster, ...wireCondition(event) };
};

export const wireGpuHealth = (health: GpuHealth): WireGpuHealth => {
  const { view, status } = health.gpu;
  return {
    ...{ id: view.index, uuid: view.uuid, hostname: view.hostname, cluster_id: view.cluster, status },
    healthy: isHealthy(health),
    conditions: health.conditions.map(wireCondition),
    conditions_truncated: health.truncated,
    events: health.events.map(wireHealthEvent),
    events_dropped: health.dropped,
  };
};
