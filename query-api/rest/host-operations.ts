import { GpuUuid } from '../../domain/ids.js';
import { type DeviceKey } from '../model/device-order.js';
import { choice } from '../parameters/choice.js';
import { clusterId, gpuUuid, hostname } from '../parameters/names.js';
import { type Gateway } from '../queries/gateway.js';
import { gpuOf } from '../queries/gpus.js';
import { getHost, gpuOnHost, type Host, type HostFilter, selectHosts } from '../queries/hosts.js';
import { statuses } from '../queries/status.js';
import { type Answer, inventoryOf, oneOf } from '../wire/envelope.js';
import { WireGpu, wireGpuDetail, WireGpuDetail, wireMetrics, WireMetrics } from '../wire/gpu.js';
import { wireHost, WireHost } from '../wire/host.js';
import { notFound } from '../http/problem.js';
import { type AnswerCache } from './answer-cache.js';
import { gpuList } from './gpu-list.js';
import { type AskedForList, inventoryPage, pagingParameters } from './inventory.js';
import { operation, type Operation, type OperationSpec } from './operation.js';

const base = '/api/v1/clusters/{c}/hosts';
const inPath = { c: clusterId, h: hostname };
const status = choice(statuses, 'Only those of this status.');

/** Hosts stand in lists by cluster, then name. */
const keyOfHost = ({ view }: Host): DeviceKey => ({ ...view, index: '', uuid: '-' as GpuUuid });

/** A page of the hosts that pass the filter. */
const hostList = (gateway: Gateway, { query, fleet, clock }: AskedForList, filter: HostFilter): Answer => {
  const items = selectHosts(fleet, filter, clock);
  const list = { list: 'hosts', ...filter };
  return inventoryPage({ gateway, fleet, items, keyOf: keyOfHost, wire: wireHost, list, query });
};

const hosts = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    id: 'listHosts',
    path: '/api/v1/hosts',
    tag: 'Hosts',
    summary: 'All hosts',
    description: 'The hosts of all clusters, by cluster, then hostname.',
    pathParameters: {},
    queryParameters: {
      cluster_id: { ...clusterId, aliases: ['cluster'] },
      hostname: { ...hostname, aliases: ['host'] },
      status,
      ...pagingParameters,
    },
    body: inventoryOf(WireHost),
    handle: (asked) => {
      const { cluster_id: cluster, hostname: name, status: wanted } = asked.query;
      return hostList(gateway, asked, { cluster, hostname: name, status: wanted });
    },
  });

const hostsOfCluster = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    id: 'listHostsOfCluster',
    path: base,
    tag: 'Hosts',
    summary: 'The hosts of a cluster',
    description: 'By hostname.',
    pathParameters: { c: clusterId },
    queryParameters: { status, ...pagingParameters },
    body: inventoryOf(WireHost),
    handle: (asked) => {
      const { path, query, fleet } = asked;
      if (!fleet.cluster(path.c)) throw notFound('cluster', path.c);
      return hostList(gateway, asked, { cluster: path.c, status: query.status });
    },
  });

const host = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    id: 'getHost',
    path: `${base}/{h}`,
    tag: 'Hosts',
    summary: 'One host',
    description: 'A host with its metrics over its last minute.',
    pathParameters: inPath,
    queryParameters: {},
    body: oneOf(WireHost),
    handle: ({ path, fleet, clock }) => {
      const found = getHost(fleet, path.c, path.h, clock);
      if (!found) throw notFound('host', `${path.c}/${path.h}`);
      return { kind: 'one', data: wireHost(found) };
    },
  });

const gpusOfHost = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    id: 'listGpusOfHost',
    path: `${base}/{h}/gpus`,
    tag: 'Hosts',
    summary: 'The GPUs of a host',
    description: 'GPUs and MIG instances whose present host this is, by index.',
    pathParameters: inPath,
    queryParameters: { status, ...pagingParameters },
    body: inventoryOf(WireGpu),
    handle: (asked) => {
      const { path, query, fleet } = asked;
      if (!fleet.host(path.c, path.h)) throw notFound('host', `${path.c}/${path.h}`);
      return gpuList(gateway, asked, { cluster: path.c, hostname: path.h, status: query.status });
    },
  });

const gpusOfHostname = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    id: 'listGpusOfHostname',
    path: '/api/v1/hosts/{h}/gpus',
    tag: 'Hosts',
    summary: 'The GPUs of the hosts of a name',
    description: 'In all clusters that have a host of this name, unless `cluster_id` is given.',
    pathParameters: { h: hostname },
    queryParameters: { cluster_id: { ...clusterId, aliases: ['cluster'] }, status, ...pagingParameters },
    body: inventoryOf(WireGpu),
    handle: (asked) => {
      const { path, query, fleet } = asked;
      if (!fleet.hosts.some(({ hostname: name }) => name === path.h)) throw notFound('host', path.h);
      return gpuList(gateway, asked, { cluster: query.cluster_id, hostname: path.h, status: query.status });
    },
  });

const onHost = {
  pathParameters: {
    ...inPath,
    g: {
      ...gpuUuid,
      codec: GpuUuid,
      description: 'The UUID of a GPU of the host or its index; then the device of that index that was seen last.',
      accepted: 'the UUID or the index of a GPU of the host',
      example: '0',
    },
  },
  queryParameters: {},
};

type OnHost = OperationSpec<(typeof onHost)['pathParameters'], Record<string, never>>;

const gpuHandler =
  (wire: (gpu: ReturnType<typeof gpuOf>) => unknown): OnHost['handle'] =>
  ({ path, fleet, clock }) => {
    const view = gpuOnHost(fleet, path.c, path.h, path.g);
    if (!view) throw notFound('GPU', `${path.c}/${path.h}/${path.g}`);
    return { kind: 'one', data: wire(gpuOf(fleet, view, clock)) };
  };

const gpuOfHost = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    ...onHost,
    id: 'getGpuOfHost',
    path: `${base}/{h}/gpus/{g}`,
    tag: 'Hosts',
    summary: 'One GPU of a host',
    description: 'By UUID or by index.',
    body: oneOf(WireGpuDetail),
    handle: gpuHandler(wireGpuDetail),
  });

const metricsOfGpuOfHost = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    ...onHost,
    id: 'getMetricsOfGpuOfHost',
    path: `${base}/{h}/gpus/{g}/metrics`,
    tag: 'Hosts',
    summary: 'The newest values of one GPU of a host',
    description: 'The newest value of every metric, each with its own time.',
    body: oneOf(WireMetrics),
    handle: gpuHandler(wireMetrics),
  });

export const hostOperations = (gateway: Gateway, cache: AnswerCache): readonly Operation[] => [
  hosts(gateway, cache),
  hostsOfCluster(gateway, cache),
  host(gateway, cache),
  gpusOfHost(gateway, cache),
  gpusOfHostname(gateway, cache),
  gpuOfHost(gateway, cache),
  metricsOfGpuOfHost(gateway, cache),
];
