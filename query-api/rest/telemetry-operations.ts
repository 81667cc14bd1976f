import { formatInstant, type Instant } from '../../domain/instant.js';
import { choice } from '../parameters/choice.js';
import { metrics } from '../parameters/metrics.js';
import { clusterId, gpuUuid, hostname } from '../parameters/names.js';
import { type PageCursor } from '../queries/page-cursor.js';
import { deletedTo, deletedToHeader } from '../queries/deleted-history.js';
import { type Gateway } from '../queries/gateway.js';
import { selectGpus } from '../queries/gpus.js';
import { statuses } from '../queries/status.js';
import { telemetryWalk } from '../queries/telemetry-walk.js';
import { type HistoryQuery } from '../history/history-query.js';
import { type Fleet } from '../model/fleet.js';
import { inventoryOf, listOf, type Answer } from '../wire/envelope.js';
import { wireLatest, WireLatest } from '../wire/latest.js';
import { wireRecord, WireRecord } from '../wire/telemetry.js';
import { notFound } from '../http/problem.js';
import { type AnswerCache } from './answer-cache.js';
import { inventoryPage, pagingParameters } from './inventory.js';
import { operation, type Operation } from './operation.js';
import { historyWish, telemetryParameters } from './telemetry-parameters.js';
import { walkAnswer } from './walk-answer.js';

const page = async (
  gateway: Gateway,
  fleet: Fleet,
  wish: Omit<HistoryQuery, 'after'>,
  cursor: PageCursor | undefined,
  signal: AbortSignal,
): Promise<Answer> => {
  const found = await telemetryWalk(gateway, fleet, wish, cursor, signal);
  return walkAnswer(found, (record) => wireRecord(record, wish.metrics, wish.buckets !== undefined));
};

const description =
  'Records by observation time, then cluster, hostname, index, UUID. Both ends of the range are included, to the ' +
  'nanosecond. Without limits the oldest 100 are given.';

/** New values come with new models; what retention deletes is gone from answers after so many nanoseconds. */
const keptFor = 1_000_000_000n;

const headers =
  (gateway: Gateway) =>
  ({ start_time: start }: { readonly start_time?: Instant | undefined }): Readonly<Record<string, string>> => {
    const to = deletedTo(gateway, { start });
    return to === undefined ? {} : { [deletedToHeader]: formatInstant(to) };
  };

const ofGpu = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    ...{ cache, keptFor, headers: headers(gateway) },
    id: 'listTelemetryOfGpu',
    path: '/api/v1/gpus/{uuid}/telemetry',
    tag: 'Telemetry',
    summary: 'The telemetry of one GPU',
    description: `${description} On every host where the GPU has been.`,
    pathParameters: { uuid: gpuUuid },
    queryParameters: telemetryParameters((name) => gateway.fleet().hasMetric(name)),
    body: listOf(WireRecord),
    handle: ({ path, query, fleet, signal }) => {
      const wish = {
        ...historyWish(query, gateway.historySpan()),
        uuid: path.uuid,
        cluster: undefined,
        hostname: undefined,
      };
      if (!fleet.home(path.uuid)) throw notFound('GPU', path.uuid);
      return page(gateway, fleet, wish, query.cursor, signal);
    },
  });

const filters = {
  gpu_uuid: { ...gpuUuid, description: `Only this GPU. ${gpuUuid.description}` },
  hostname,
  cluster_id: clusterId,
};

const ofAll = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    ...{ cache, keptFor, headers: headers(gateway) },
    id: 'listTelemetry',
    path: '/api/v1/telemetry',
    tag: 'Telemetry',
    summary: 'The telemetry of all GPUs',
    description,
    pathParameters: {},
    queryParameters: { ...telemetryParameters((name) => gateway.fleet().hasMetric(name)), ...filters },
    body: listOf(WireRecord),
    handle: ({ query, fleet, signal }) => {
      const { gpu_uuid: uuid, hostname: host, cluster_id: cluster } = query;
      const wish = { ...historyWish(query, gateway.historySpan()), uuid, hostname: host, cluster };
      return page(gateway, fleet, wish, query.cursor, signal);
    },
  });

const latest = (gateway: Gateway, cache: AnswerCache): Operation =>
  operation(gateway, {
    cache,
    id: 'listLatestTelemetry',
    path: '/api/v1/telemetry/latest',
    tag: 'Telemetry',
    summary: 'The last known values of all GPUs',
    description:
      'One record for each GPU with the last known value of every metric; `timestamp` is the newest of their times. ' +
      'By cluster, hostname, index, UUID.',
    pathParameters: {},
    queryParameters: {
      ...filters,
      status: choice(statuses, 'Only GPUs of this status.'),
      metrics: metrics((name) => gateway.fleet().hasMetric(name)),
      ...pagingParameters,
    },
    body: inventoryOf(WireLatest),
    handle: ({ query, fleet, clock }) => {
      const { gpu_uuid: uuid, hostname: host, cluster_id: cluster, status, metrics: asked } = query;
      const gpus = selectGpus(fleet, { cluster, hostname: host, uuid, status }, clock);
      return inventoryPage({
        gateway,
        fleet,
        items: gpus,
        keyOf: ({ view }) => view,
        wire: ({ view }) => wireLatest(view, asked),
        list: { list: 'latest', cluster, host, uuid, status, metrics: asked && [...asked].sort().join(',') },
        query,
      });
    },
  });

export const telemetryOperations = (gateway: Gateway, cache: AnswerCache): readonly Operation[] => [
  ofGpu(gateway, cache),
  ofAll(gateway, cache),
  latest(gateway, cache),
];
