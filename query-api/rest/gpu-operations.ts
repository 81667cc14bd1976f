import { choice } from '../parameters/choice.js';
import { clusterId, gpuUuid, hostname } from '../parameters/names.js';
import { type Gateway } from '../queries/gateway.js';
import { getGpu } from '../queries/gpus.js';
import { statuses } from '../queries/status.js';
import { inventoryOf, oneOf } from '../wire/envelope.js';
import { wireGpuDetail, WireGpu, WireGpuDetail, wireMetrics, WireMetrics } from '../wire/gpu.js';
import { notFound } from '../http/problem.js';
import { type AnswerCache } from './answer-cache.js';
import { gpuList } from './gpu-list.js';
import { pagingParameters } from './inventory.js';
import { operation, type Operation } from './operation.js';

const filters = {
  cluster_id: { ...clusterId, aliases: ['cluster'] },
  hostname: { ...hostname, aliases: ['host'] },
  status: choice(statuses, 'Only GPUs of this status.'),
};

const list = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    id: 'listGpus',
    path: '/api/v1/gpus',
    tag: 'GPUs',
    summary: 'All GPUs',
    description:
      'Every GPU and MIG instance once, at the host where it was observed last; by cluster, hostname, index, UUID.',
    pathParameters: {},
    queryParameters: { ...filters, ...pagingParameters },
    body: inventoryOf(WireGpu),
    handle: (asked) => {
      const { cluster_id: cluster, hostname: host, status } = asked.query;
      return gpuList(gateway, asked, { cluster, hostname: host, status });
    },
  });

const one = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    id: 'getGpu',
    path: '/api/v1/gpus/{uuid}',
    tag: 'GPUs',
    summary: 'One GPU',
    description: 'A GPU with its labels, its holder and the newest value of every metric.',
    pathParameters: { uuid: gpuUuid },
    queryParameters: {},
    body: oneOf(WireGpuDetail),
    handle: ({ path, fleet, clock }) => {
      const gpu = getGpu(fleet, path.uuid, clock);
      if (!gpu) throw notFound('GPU', path.uuid);
      return { kind: 'one', data: wireGpuDetail(gpu) };
    },
  });

const metricsOf = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    id: 'getMetricsOfGpu',
    path: '/api/v1/gpus/{uuid}/metrics',
    tag: 'GPUs',
    summary: 'The newest values of one GPU',
    description: 'The newest value of every metric of a GPU, each with its own time.',
    pathParameters: { uuid: gpuUuid },
    queryParameters: {},
    body: oneOf(WireMetrics),
    handle: ({ path, fleet, clock }) => {
      const gpu = getGpu(fleet, path.uuid, clock);
      if (!gpu) throw notFound('GPU', path.uuid);
      return { kind: 'one', data: wireMetrics(gpu) };
    },
  });

export const gpuOperations = (gateway: Gateway, cache: AnswerCache): readonly Operation[] => [
  list(gateway, cache),
  one(gateway, cache),
  metricsOf(gateway, cache),
];
