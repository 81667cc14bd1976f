import { choice } from '../parameters/choice.js';
import { cursor } from '../parameters/cursor.js';
import { clusterId, gpuUuid, hostname } from '../parameters/names.js';
import { limit, mostItems } from '../parameters/number.js';
import { digestOf } from '../queries/cursor.js';
import { type Gateway } from '../queries/gateway.js';
import { getGpu, listGpus } from '../queries/gpus.js';
import { statuses } from '../queries/status.js';
import { nextCursor, printDeviceKey, readDeviceKey } from '../queries/walk.js';
import { inventoryOf, oneOf } from '../wire/envelope.js';
import { wireGpu, wireGpuDetail, WireGpu, WireGpuDetail } from '../wire/gpu.js';
import { operation, type Operation } from './operation.js';
import { notFound } from './problem.js';
import { goOnBehind } from './walk-cursor.js';

const filters = {
  cluster_id: { ...clusterId, aliases: ['cluster'] },
  hostname: { ...hostname, aliases: ['host'] },
  status: choice(statuses, 'Only GPUs of this status.'),
};

const paging = {
  limit: limit('GPUs in one answer at most; all, up to 10000, when not given.', mostItems),
  cursor,
};

const list = (gateway: Gateway): Operation =>
  operation(gateway, {
    id: 'listGpus',
    path: '/api/v1/gpus',
    tag: 'GPUs',
    summary: 'All GPUs',
    description:
      'Every GPU and MIG instance once, at the host where it was observed last; by cluster, hostname, index, UUID.',
    pathParameters: {},
    queryParameters: { ...filters, ...paging },
    body: inventoryOf(WireGpu),
    handle: async ({ query, fleet, clock, signal }) => {
      const filter = { cluster: query.cluster_id, hostname: query.hostname, status: query.status };
      const digest = digestOf({ list: 'gpus', ...filter });
      const after = await goOnBehind(gateway, query.cursor, digest, readDeviceKey, signal);
      const page = listGpus(fleet, filter, { after, limit: query.limit ?? mostItems }, clock);
      const last = page.last && printDeviceKey(page.last.view);
      const next = last && nextCursor(query.cursor, last, digest, gateway.identity, fleet.revision);
      return { kind: 'list', data: page.items.map(wireGpu), total: page.total, nextCursor: next };
    },
  });

const one = (gateway: Gateway): Operation =>
  operation(gateway, {
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

export const gpuOperations = (gateway: Gateway): readonly Operation[] => [list(gateway), one(gateway)];
