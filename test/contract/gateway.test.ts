import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { knownMetrics } from '../../domain/metrics.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { type Row } from '../query-api/support/made-rows.js';
import { untilReached } from '../support/api.js';
import { collectorHere } from '../support/collector-here.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { gatewayHere } from '../support/gateway-here.js';
import { RowAppender } from '../support/row-segments.js';

type Json = Record<string, unknown>;

const sample = new URL('../../../data/dcgm_metrics_sample.csv', import.meta.url);

const rowsOfSample = (): readonly Row[] =>
  parse<Record<string, string>>(readFileSync(sample), { columns: true }).map((row) => ({
    at: row['timestamp']!,
    uuid: row['uuid']!,
    metric: row['metric_name']!,
    value: Number(row['value']),
    host: row['Hostname']!,
    index: row['gpu_id']!,
    model: row['modelName']!,
    labels: row['labels_raw']!,
  }));

/** A log, a collector and a gateway over a real etcd. */
const system = async (endpoints: readonly string[], partitions: number) => {
  const stopping = new AbortController();
  const store = { client: createClient({ endpoints }), keys: new Keys(freshPrefix()) };
  const log = await RowAppender.open(store.client, store.keys, partitions);
  const collecting = collectorHere(store, partitions, stopping.signal);
  let origin = '';
  const serving = gatewayHere(store, (at) => (origin = at), stopping.signal);
  await Promise.race([serving, collecting, eventually('the gateway is ready', () => origin !== '')]);
  const get = async (path: string): Promise<Json> => {
    const response = await fetch(`${origin}${path}`);
    const body = (await response.json()) as Json;
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
    return body;
  };
  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.all([collecting, serving]);
    store.client.close();
  };
  return { log, get, stop, origin: () => origin };
};

/** Every record of a list, page by page. */
const walk = async (get: (path: string) => Promise<Json>, path: string): Promise<readonly Json[]> => {
  const items: Json[] = [];
  for (let cursor = ''; ;) {
    const page = await get(`${path}${cursor}`);
    items.push(...(page['data'] as Json[]));
    const next = page['next_cursor'];
    if (typeof next !== 'string') return items;
    cursor = `&cursor=${next}`;
  }
};

const recordsOf = (rows: readonly Row[]): ReadonlyMap<string, ReadonlyMap<string, number>> => {
  const records = new Map<string, Map<string, number>>();
  for (const { uuid, at, metric, value } of rows) {
    const record = records.get(`${at} ${uuid}`) ?? new Map<string, number>();
    records.set(`${at} ${uuid}`, record.set(metric!, value!));
  }
  return records;
};

describe('a gateway over etcd', () => {
  const etcd = etcdForSuite();

  it('P2: gives back an export cell by cell, also after etcd was killed', async () => {
    const { log, get, stop } = await system(etcd().endpoints, 16);
    const rows = rowsOfSample();
    const half = Math.floor(rows.length / 2);
    await log.append(rows.slice(0, half), 'c1', '2026-01-01T00:00:00Z');
    await etcd().restart();
    const revision = await eventuallyAppended(() => log.append(rows.slice(half), 'c1', '2026-01-01T00:00:01Z'));
    await eventually('the gateway has both halves', async () => {
      const response = await get(`/health`).catch(() => ({ revision: '0' }));
      return BigInt(String(response['revision'])) >= revision;
    });
    const expected = recordsOf(rows);
    const records = await walk(get, '/api/v1/telemetry?limit=333');
    assert.equal(records.length, expected.size);
    for (const record of records) {
      const cells = expected.get(`${String(record['timestamp'])} ${String(record['uuid'])}`);
      assert.ok(cells);
      for (const { metric, field } of knownMetrics) assert.equal(record[field], cells.get(metric) ?? null);
      assert.deepEqual(record['metrics'], {});
    }
    const gpus = await get('/api/v1/gpus');
    assert.equal(gpus['total'], new Set(rows.map(({ uuid }) => uuid)).size);
    const uuid = rows[0]!.uuid;
    const own = await walk(get, `/api/v1/gpus/${uuid}/telemetry?limit=2`);
    assert.deepEqual(
      own,
      records.filter((record) => record['uuid'] === uuid),
    );
    await stop();
  });

  it('reads written chunks and the tail of the log as one', async () => {
    const { log, get, stop, origin } = await system(etcd().endpoints, 1);
    const [gpus, metrics, perSegment] = [26, knownMetrics, 200];
    const at = (second: number) => new Date(Date.UTC(2025, 0, 1) + second * 1000).toISOString().replace('.000', '');
    let revision = 0n;
    // 260 events a second of time: the run ends within the fifth of six segments.
    for (let from = 0; from < 6 * perSegment; from += perSegment) {
      const rows = Array.from({ length: perSegment }, (_, n) => from + n).flatMap((second) =>
        Array.from({ length: gpus }, (_, gpu) =>
          metrics.map(({ metric }, m): Row => {
            return { at: at(second), uuid: `GPU-${gpu}`, index: String(gpu), metric, value: second * 100 + gpu + m };
          }),
        ).flat(),
      );
      revision = await log.append(rows, 'c1', '2025-06-01T00:00:00Z');
    }
    await untilReached(origin(), revision);
    const records = await walk(get, `/api/v1/gpus/GPU-7/telemetry?limit=500`);
    assert.equal(records.length, 6 * perSegment);
    records.forEach((record, second) => {
      assert.equal(record['timestamp'], at(second));
      metrics.forEach(({ field }, m) => assert.equal(record[field], second * 100 + 7 + m));
    });
    const last = (await get('/api/v1/telemetry?order=desc&limit=1'))['data'] as Json[];
    assert.deepEqual([last[0]?.['timestamp'], last[0]?.['uuid']], [at(6 * perSegment - 1), `GPU-${gpus - 1}`]);
    const minutes = (await get('/api/v1/gpus/GPU-7/telemetry?step=1m&agg=max&metrics=gpu_utilization'))['data'];
    assert.deepEqual(
      (minutes as Json[]).map((bucket) => bucket['gpu_utilization']),
      Array.from({ length: 20 }, (_, minute) => (minute * 60 + 59) * 100 + 7),
    );
    await stop();
  });
});

/** Appends again and again until etcd is back; the keys stay the same, so nothing is appended twice. */
const eventuallyAppended = async (append: () => Promise<bigint>): Promise<bigint> => {
  let revision: bigint | undefined;
  await eventually('etcd takes the append', async () => {
    revision = await append().catch(() => undefined);
    return revision !== undefined;
  });
  return revision!;
};
