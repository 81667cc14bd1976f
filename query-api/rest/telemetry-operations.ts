import { clusterId, gpuUuid, hostname } from '../parameters/names.js';
import { type PageCursor } from '../queries/cursor.js';
import { type Gateway } from '../queries/gateway.js';
import { digestOfHistory, telemetryPage } from '../queries/telemetry.js';
import { nextCursor, printRecordKey, readRecordKey } from '../queries/walk.js';
import { type HistoryQuery } from '../history/history-query.js';
import { type Fleet } from '../model/fleet.js';
import { listOf, type Answer } from '../wire/envelope.js';
import { wireRecord, WireRecord } from '../wire/telemetry.js';
import { operation, type Operation } from './operation.js';
import { notFound } from './problem.js';
import { historyWish, telemetryParameters } from './telemetry-parameters.js';
import { goOnBehind } from './walk-cursor.js';

const page = async (
  gateway: Gateway,
  fleet: Fleet,
  wish: Omit<HistoryQuery, 'after'>,
  cursor: PageCursor | undefined,
  signal: AbortSignal,
): Promise<Answer> => {
  const digest = digestOfHistory({ ...wish, after: undefined });
  const after = await goOnBehind(gateway, cursor, digest, readRecordKey, signal);
  const { items, last } = await telemetryPage(gateway, fleet, { ...wish, after }, signal);
  const next = last && nextCursor(cursor, printRecordKey(last), digest, gateway.identity, fleet.revision);
  const data = items.map((record) => wireRecord(record, wish.metrics, wish.buckets !== undefined));
  return { kind: 'list', data, nextCursor: next };
};

const description =
  'Records by observation time, then cluster, hostname, index, UUID. Both ends of the range are included, to the ' +
  'nanosecond. Without limits the oldest 100 are given.';

const ofGpu = (gateway: Gateway): Operation =>
  operation(gateway, {
    id: 'listTelemetryOfGpu',
    path: '/api/v1/gpus/{uuid}/telemetry',
    tag: 'Telemetry',
    summary: 'The telemetry of one GPU',
    description: `${description} On every host where the GPU has been.`,
    pathParameters: { uuid: gpuUuid },
    queryParameters: telemetryParameters((name) => gateway.fleet().hasMetric(name)),
    body: listOf(WireRecord),
    handle: ({ path, query, fleet, signal }) => {
      const wish = { ...historyWish(query), uuid: path.uuid, cluster: undefined, hostname: undefined };
      if (!fleet.home(path.uuid)) throw notFound('GPU', path.uuid);
      return page(gateway, fleet, wish, query.cursor, signal);
    },
  });

const filters = {
  gpu_uuid: { ...gpuUuid, description: `Only this GPU. ${gpuUuid.description}` },
  hostname,
  cluster_id: clusterId,
};

const ofAll = (gateway: Gateway): Operation =>
  operation(gateway, {
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
      return page(gateway, fleet, { ...historyWish(query), uuid, hostname: host, cluster }, query.cursor, signal);
    },
  });

export const telemetryOperations = (gateway: Gateway): readonly Operation[] => [ofGpu(gateway), ofAll(gateway)];
