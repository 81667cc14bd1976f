import { type GpuUuid, type Hostname } from '../../domain/ids.js';
import { choice } from '../parameters/choice.js';
import { courseStep } from '../parameters/duration.js';
import { clusterId } from '../parameters/names.js';
import { clusterCourse, clusterStats } from '../queries/cluster-stats.js';
import { getCluster, selectClusters } from '../queries/clusters.js';
import { type Gateway } from '../queries/gateway.js';
import { statuses } from '../queries/status.js';
import { wireCluster, WireCluster, wireStats, WireStats } from '../wire/cluster.js';
import { inventoryOf, oneOf } from '../wire/envelope.js';
import { notFound } from '../http/problem.js';
import { type AnswerCache } from './answer-cache.js';
import { inventoryPage, pagingParameters } from './inventory.js';
import { operation, type Operation } from './operation.js';

const list = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    id: 'listClusters',
    path: '/api/v1/clusters',
    tag: 'Clusters',
    summary: 'All clusters',
    description: 'By name.',
    pathParameters: {},
    queryParameters: { status: choice(statuses, 'Only clusters of this status.'), ...pagingParameters },
    body: inventoryOf(WireCluster),
    handle: ({ query, fleet, clock }) =>
      inventoryPage({
        gateway,
        fleet,
        items: selectClusters(fleet, query, clock),
        keyOf: ({ view }) => ({ ...view, hostname: '-' as Hostname, index: '', uuid: '-' as GpuUuid }),
        wire: wireCluster,
        list: { list: 'clusters', status: query.status },
        query,
      }),
  });

const one = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    id: 'getCluster',
    path: '/api/v1/clusters/{c}',
    tag: 'Clusters',
    summary: 'One cluster',
    description: 'A cluster and how many hosts and GPUs it has.',
    pathParameters: { c: clusterId },
    queryParameters: {},
    body: oneOf(WireCluster),
    handle: ({ path, fleet, clock }) => {
      const cluster = getCluster(fleet, path.c, clock);
      if (!cluster) throw notFound('cluster', path.c);
      return { kind: 'one', data: wireCluster(cluster) };
    },
  });

const stats = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    id: 'getClusterStats',
    path: '/api/v1/clusters/{c}/stats',
    tag: 'Clusters',
    summary: 'The statistics of a cluster',
    description: 'Computed from the latest values of its active GPUs; with `step` also the course over time.',
    pathParameters: { c: clusterId },
    queryParameters: {
      include: choice(['stale'], 'stale: take the latest values of stale and missing GPUs too.'),
      step: courseStep,
    },
    body: oneOf(WireStats),
    handle: ({ path, query, fleet, clock }) => {
      const cluster = fleet.cluster(path.c);
      if (!cluster) throw notFound('cluster', path.c);
      const found = clusterStats(fleet, cluster, query.include === 'stale', clock);
      const course = query.step === undefined ? undefined : clusterCourse(cluster, query.step);
      return { kind: 'one', data: wireStats(path.c, found, course) };
    },
  });

export const clusterOperations = (gateway: Gateway, cache: AnswerCache): readonly Operation[] => [
  list(gateway, cache),
  one(gateway, cache),
  stats(gateway, cache),
];
