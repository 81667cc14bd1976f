import { healthKinds } from '../../domain/health-signals.js';
import { formatInstant } from '../../domain/instant.js';
import { type Fleet, type FleetHealth } from '../model/fleet.js';
import { choice } from '../parameters/choice.js';
import { cursor } from '../parameters/cursor.js';
import { clusterId, gpuUuid, hostname } from '../parameters/names.js';
import { limit } from '../parameters/number.js';
import { refusal } from '../parameters/parameter.js';
import { endTime, startTime } from '../parameters/time.js';
import { healthOfGpu } from '../queries/gpu-health.js';
import { type Gateway } from '../queries/gateway.js';
import { getGpu } from '../queries/gpus.js';
import { healthWalk } from '../queries/health-walk.js';
import { usualRecords } from '../queries/telemetry.js';
import { listOf, oneOf } from '../wire/envelope.js';
import { kindsText, wireGpuHealth, WireGpuHealth, wireHealthEvent, WireHealthEvent } from '../wire/health-event.js';
import { badParameters, notFound, notYet } from '../http/problem.js';
import { type AnswerCache } from './answer-cache.js';
import { operation, type Operation } from './operation.js';
import { walkAnswer } from './walk-answer.js';

/** Refuses while the projection is built for the first time, in a system of a program that had none. */
const healthOf = ({ health }: Fleet): FleetHealth => {
  if (health) return health;
  throw notYet(
    'Health is being built from the log for the first time; GET /api/v1/projections shows how far it is.',
    5,
  );
};

const ofGpu = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    id: 'getHealthOfGpu',
    path: '/api/v1/gpus/{uuid}/health',
    tag: 'Health',
    summary: 'What is and was wrong with one GPU',
    description:
      'Everything that was ever wrong with a GPU at its present host, as sums, and the newest events one by one. Nothing ' +
      'is overwritten by later samples. A GPU that was always well has empty lists.',
    pathParameters: { uuid: gpuUuid },
    queryParameters: {},
    body: oneOf(WireGpuHealth),
    handle: ({ path, fleet, clock }) => {
      const gpu = getGpu(fleet, path.uuid, clock);
      if (!gpu) throw notFound('GPU', path.uuid);
      return { kind: 'one', data: wireGpuHealth(healthOfGpu(fleet, healthOf(fleet), gpu)) };
    },
  });

const parameters = {
  kind: choice(healthKinds, `Only events of this kind. ${kindsText}`),
  state: choice(['ongoing', 'over'], 'Only events that go on, or only those that are over.'),
  gpu_uuid: { ...gpuUuid, description: `Only of this GPU. ${gpuUuid.description}` },
  hostname: { ...hostname, aliases: ['host'] },
  cluster_id: { ...clusterId, aliases: ['cluster'] },
  start_time: { ...startTime, description: 'Only events that were not over before this time. RFC 3339.' },
  end_time: { ...endTime, description: 'Only events that had begun by this time. RFC 3339.' },
  limit: limit('Events in one answer at most.', usualRecords),
  order: choice(['asc', 'desc'], 'By when they began: oldest first, or newest first.', 'asc'),
  cursor,
};

const list = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    id: 'listHealthEvents',
    path: '/api/v1/health/events',
    tag: 'Health',
    summary: 'What is and was wrong in the fleet',
    description:
      'The newest 32 events of each GPU, on every host where it has been, and the GPUs that are not seen; by when they ' +
      'began, then cluster, hostname, index, UUID, id. Without limits the oldest 100 are given.',
    pathParameters: {},
    queryParameters: parameters,
    body: listOf(WireHealthEvent),
    handle: ({ query, fleet, clock }) => {
      const {
        kind,
        state,
        gpu_uuid: uuid,
        hostname: host,
        cluster_id: cluster,
        start_time: start,
        end_time: end,
      } = query;
      if (start !== undefined && end !== undefined && start > end)
        throw badParameters([
          refusal('start_time', formatInstant(start), `a time not after end_time, ${formatInstant(end)}`),
        ]);
      const ongoing = state === undefined ? undefined : state === 'ongoing';
      const wish = {
        ...{ kind, ongoing, uuid, hostname: host, cluster, start, end },
        ...{ order: query.order ?? ('asc' as const), limit: query.limit ?? usualRecords },
      };
      const page = healthWalk(gateway, fleet, healthOf(fleet), wish, query.cursor, clock);
      return walkAnswer(page, wireHealthEvent);
    },
  });

export const healthOperations = (gateway: Gateway, cache: AnswerCache): readonly Operation[] => [
  ofGpu(gateway, cache),
  list(gateway, cache),
];
