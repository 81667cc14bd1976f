import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client/core';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { projectionNames } from '../../domain/generation.js';
import { type Epoch, type Partition } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { type SystemStatus } from '../../infra/supervisor/system-status.js';
import { printLiveCursor } from '../../query-api/live/live-cursor.js';
import { fetchDocument, type ApiDocument } from '../query-api/support/api-document.js';
import { type DocumentedReply, getAsDocumented, operationAt } from '../query-api/support/as-documented.js';
import { untilShown } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import { expectedFleet, type ExpectedGpu, fieldOf } from '../support/expected-fleet.js';
import * as facts from '../support/export-facts.js';
import { runTelemetry } from '../support/telemetry.js';

type Json = Readonly<Record<string, unknown>>;

/** Another export may be given, to hold the API against real data that cannot be committed. */
const path = resolve(process.env['TELEMETRY_TEST_EXPORT'] ?? 'data/dcgm_metrics_sample.csv');
const cluster = 'local-cluster';

/** Sums are added in another order than here: numbers are compared to twelve digits. */
const alike = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, found: unknown) =>
    typeof found === 'number' ? Number(found.toPrecision(12)) : found,
  );

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const camelKeys = (object: Json): Json =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [camel(name), value]));

describe('every endpoint, with what the file says', function () {
  this.timeout(300_000);
  const expected = expectedFleet(path);
  const gpus = facts.gpusInOrder(expected);
  const records = facts.allRecords(expected);
  const hosts = [...new Set(gpus.map(({ hostname }) => hostname))];
  const onHost = (hostname: string): ExpectedGpu[] => gpus.filter((gpu) => gpu.hostname === hostname);
  const [some] = gpus.slice(gpus.length >> 1) as [ExpectedGpu];
  const times = [...new Set(records.map(({ timestamp }) => String(timestamp)))].sort();
  let folder: string;
  let origin: string;
  let document: ApiDocument;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gpu-telemetry-endpoints-'));
    const quiet = { TELEMETRY_STALE_AFTER: '24h', TELEMETRY_MISSING_AFTER: '48h' };
    const up = await runTelemetry(['up', '--source', path, '--detach', '--port', '0', '--data-dir', folder], quiet);
    assert.equal(up.code, 0, up.stderr);
    const status = await runTelemetry(['status', '--json', '--data-dir', folder]);
    const { gateways, etcd } = JSON.parse(status.stdout) as SystemStatus;
    origin = gateways[0]!;
    const all = await runTelemetry(['verify', '--wait', '120s', '--json', '--data-dir', folder]);
    assert.equal(all.code, 0, all.stdout);
    await untilShown(origin, etcd.endpoints);
    document = await fetchDocument({ origin });
  });

  after(async () => {
    await runTelemetry(['down', '--purge', '--data-dir', folder]);
    await rm(folder, { recursive: true, force: true });
  });

  /** Whatever this file is answered, the document must allow it. */
  const reply = (at: string): Promise<DocumentedReply> => getAsDocumented({ origin }, document, at);
  const get = async (at: string): Promise<Json> => {
    const { status, body } = await reply(at);
    assert.equal(status, 200, `${at}: ${JSON.stringify(body)}`);
    return body;
  };
  const list = (data: readonly unknown[], total?: number): Json => ({
    ...{ success: true, count: data.length, data },
    ...(total === undefined ? {} : { total }),
  });
  const one = (data: unknown): Json => ({ success: true, count: 1, data });

  const wireGpu = (gpu: ExpectedGpu): Json => facts.gpuOf(gpu, cluster, 'active');
  const wireHost = (hostname: string): Json => ({
    ...{ id: hostname, hostname, cluster_id: cluster, status: 'active' },
    ...{ gpu_count: onHost(hostname).length, active_gpu_count: onHost(hostname).length },
    last_seen: facts.lastSeen(onHost(hostname)),
    metrics: facts.lastMinuteOf(onHost(hostname)),
  });
  const wireCluster = (): Json => ({
    ...{ id: cluster, name: cluster, status: 'active', host_count: hosts.length },
    ...{ gpu_count: gpus.length, active_gpu_count: gpus.length, watermark: facts.lastSeen(gpus) },
  });
  const latestValues = (metric: string): number[] =>
    gpus.flatMap((gpu) => facts.latestOf(gpu).get(metric)?.value ?? []);
  const total = (metric: string): number | null =>
    latestValues(metric).length === 0 ? null : latestValues(metric).reduce((sum, value) => sum + value, 0);
  const stats = (): Json => {
    const others = gpus.flatMap((gpu) => [...facts.latestOf(gpu).keys()]).filter((metric) => !(metric in fieldOf));
    return {
      cluster_id: cluster,
      gpus_by_status: { active: gpus.length, stale: 0, missing: 0 },
      metrics: Object.fromEntries(
        [...Object.keys(fieldOf), ...new Set(others)].map((metric) => {
          const name = fieldOf[metric] ?? metric;
          return [name, facts.distributionOf(latestValues(metric), name)];
        }),
      ),
      totals: {
        power_draw: total('DCGM_FI_DEV_POWER_USAGE'),
        memory_used_mb: total('DCGM_FI_DEV_FB_USED'),
        memory_free_mb: total('DCGM_FI_DEV_FB_FREE'),
      },
    };
  };
  /** Only some fields of a record, as `metrics=` leaves them. */
  const only = (record: Json, names: readonly string[]): Json =>
    Object.fromEntries(
      Object.entries(record)
        .filter(([name]) => !Object.values(fieldOf).includes(name) || names.includes(name))
        .map(([name, value]) => [name, name === 'metrics' ? {} : value]),
    );
  const pick = (records: readonly Json[], wanted: (record: Json) => boolean, limit: number): readonly Json[] =>
    records.filter(wanted).slice(0, limit);
  /** A row of the newest values of these metrics alone: its time is that of the newest of them. */
  const latestOnly = (gpu: ExpectedGpu, names: readonly string[]): Json => {
    const isAsked = ([metric]: readonly [string, number]): boolean => names.includes(fieldOf[metric] ?? metric);
    const samples = [...gpu.samples].map(([at, values]) => [at, new Map([...values].filter(isAsked))] as const);
    return only(facts.latestRecordOf({ ...gpu, samples: new Map(samples) }, cluster), names);
  };
  const base = `/api/v1/clusters/${cluster}`;
  const own = `/api/v1/gpus/${some.uuid}`;
  const within = (from: string, to: string): readonly Json[] =>
    facts.recordsOf(some).filter(({ timestamp }) => from <= String(timestamp) && String(timestamp) <= to);

  /** Path of the document, address that is asked, and the answer without `next_cursor`. */
  const table: readonly (readonly [documented: string, address: string, answer: () => Json])[] = [
    ['/api/v1/gpus', '/api/v1/gpus', () => list(gpus.map(wireGpu), gpus.length)],
    ['/api/v1/gpus', '/api/v1/gpus?limit=5', () => list(gpus.slice(0, 5).map(wireGpu), gpus.length)],
    ['/api/v1/gpus', '/api/v1/gpus?status=stale', () => list([], 0)],
    [
      '/api/v1/gpus',
      `/api/v1/gpus?host=${some.hostname}&cluster=${cluster}`,
      () => list(onHost(some.hostname).map(wireGpu), onHost(some.hostname).length),
    ],
    ['/api/v1/gpus/{uuid}/metrics', `${own}/metrics`, () => one(facts.metricsOf(some))],
    ['/api/v1/gpus/{uuid}/telemetry', `${own}/telemetry`, () => list(facts.recordsOf(some))],
    [
      '/api/v1/gpus/{uuid}/telemetry',
      `${own}/telemetry?order=desc&limit=2`,
      () => list([...facts.recordsOf(some)].reverse().slice(0, 2)),
    ],
    [
      '/api/v1/gpus/{uuid}/telemetry',
      `${own}/telemetry?metrics=power_draw,DCGM_FI_DEV_GPU_UTIL`,
      () => list(facts.recordsOf(some).map((record) => only(record, ['power_draw', 'gpu_utilization']))),
    ],
    [
      '/api/v1/gpus/{uuid}/telemetry',
      `${own}/telemetry?start_time=${times[1]}&end_time=${times.at(-2)}`,
      () => list(within(times[1]!, times.at(-2)!)),
    ],
    [
      '/api/v1/gpus/{uuid}/telemetry',
      `${own}/telemetry?start_time=${times[0]!.replace('Z', '.000000001Z')}`,
      () => list(facts.recordsOf(some).filter(({ timestamp }) => String(timestamp) > times[0]!)),
    ],
    ['/api/v1/gpus/{uuid}/telemetry', `${own}/telemetry?end_time=0000-01-01T00:00:00Z`, () => list([])],
    ['/api/v1/telemetry', '/api/v1/telemetry', () => list(records.slice(0, 100))],
    ['/api/v1/telemetry', '/api/v1/telemetry?limit=10000', () => list(records.slice(0, 10_000))],
    ['/api/v1/telemetry', '/api/v1/telemetry?limit=7&order=desc', () => list([...records].reverse().slice(0, 7))],
    ['/api/v1/telemetry', `/api/v1/telemetry?gpu_uuid=${some.uuid}`, () => list(facts.recordsOf(some))],
    [
      '/api/v1/telemetry',
      `/api/v1/telemetry?hostname=${some.hostname}&limit=10000`,
      () => list(pick(records, ({ hostname }) => hostname === some.hostname, 10_000)),
    ],
    [
      '/api/v1/telemetry',
      `/api/v1/telemetry?cluster_id=${cluster}&hostname=${hosts.at(-1)}&order=desc&limit=9`,
      () => list(pick([...records].reverse(), ({ hostname }) => hostname === hosts.at(-1), 9)),
    ],
    ['/api/v1/telemetry', `/api/v1/telemetry?cluster_id=${cluster}&limit=10`, () => list(records.slice(0, 10))],
    ['/api/v1/telemetry', '/api/v1/telemetry?cluster_id=another-cluster', () => list([])],
    [
      '/api/v1/telemetry/latest',
      '/api/v1/telemetry/latest',
      () =>
        list(
          gpus.map((gpu) => facts.latestRecordOf(gpu, cluster)),
          gpus.length,
        ),
    ],
    [
      '/api/v1/telemetry/latest',
      '/api/v1/telemetry/latest?metrics=temperature,DCGM_FI_DEV_POWER_USAGE',
      () =>
        list(
          gpus.map((gpu) => latestOnly(gpu, ['temperature', 'power_draw'])),
          gpus.length,
        ),
    ],
    [
      '/api/v1/telemetry/latest',
      `/api/v1/telemetry/latest?hostname=${some.hostname}&metrics=gpu_utilization`,
      () =>
        list(
          onHost(some.hostname).map((gpu) => latestOnly(gpu, ['gpu_utilization'])),
          onHost(some.hostname).length,
        ),
    ],
    ['/api/v1/clusters', '/api/v1/clusters', () => list([wireCluster()], 1)],
    ['/api/v1/clusters/{c}', base, () => one(wireCluster())],
    ['/api/v1/clusters/{c}/stats', `${base}/stats`, () => one(stats())],
    [
      '/api/v1/clusters/{c}/stats',
      `${base}/stats?step=1m&include=stale`,
      () => one({ ...stats(), course: facts.courseOf(gpus) }),
    ],
    ['/api/v1/clusters/{c}/hosts', `${base}/hosts`, () => list(hosts.map(wireHost), hosts.length)],
    ['/api/v1/clusters/{c}/hosts/{h}', `${base}/hosts/${hosts[0]}`, () => one(wireHost(hosts[0]!))],
    ['/api/v1/hosts', '/api/v1/hosts', () => list(hosts.map(wireHost), hosts.length)],
    [
      '/api/v1/clusters/{c}/hosts/{h}/gpus',
      `${base}/hosts/${hosts[0]}/gpus`,
      () => list(onHost(hosts[0]!).map(wireGpu), onHost(hosts[0]!).length),
    ],
    [
      '/api/v1/hosts/{h}/gpus',
      `/api/v1/hosts/${hosts[0]}/gpus`,
      () => list(onHost(hosts[0]!).map(wireGpu), onHost(hosts[0]!).length),
    ],
    [
      '/api/v1/clusters/{c}/hosts/{h}/gpus/{g}/metrics',
      `${base}/hosts/${some.hostname}/gpus/${some.gpuId}/metrics`,
      () => one(facts.metricsOf(some)),
    ],
  ];

  for (const [documented, address, answer] of table)
    it(`GET ${address.replaceAll(some.uuid, '{uuid}')}`, async () => {
      const { status, headers, body: whole } = await reply(address);
      const body: Record<string, unknown> = { ...whole };
      delete body['next_cursor'];
      assert.deepEqual([status, alike(body)], [200, alike(answer())]);
      assert.match(headers.get('x-telemetry-revision') ?? '', /^\d+$/);
      assert.equal(operationAt(document, address).path, documented);
    });

  it('one GPU, by UUID and by its index, with labels, first_seen and holder', async () => {
    for (const address of [own, `${base}/hosts/${some.hostname}/gpus/${some.gpuId}`]) {
      const { data } = (await get(address)) as { data: Json };
      const { labels, ...others } = data;
      assert.deepEqual(others, {
        ...wireGpu(some),
        first_seen: [...some.samples.keys()].sort()[0],
        held_by: null,
        metrics: facts.metricsOf(some),
      });
      assert.ok(Object.keys(labels as Json).length > 0);
      for (const [name, value] of Object.entries(labels as Json))
        assert.ok(some.labels.includes(`${name}="${String(value)}"`), `${name} is not in the file`);
    }
  });

  it('what is and was wrong: the GPUs that the file shows at 87 °C or above, fleet-wide and one by one', async () => {
    const hot = gpus.filter((gpu) => facts.hottestOf(gpu) >= 87);
    const { data } = (await get('/api/v1/health/events?limit=10000')) as { data: Json[] };
    assert.deepEqual(
      data.map(({ uuid, kind, worst, count }) => [uuid, kind, worst, count]).sort(),
      hot.map((gpu) => [gpu.uuid, 'temperature', facts.hottestOf(gpu), 1]).sort(),
    );
    for (const gpu of [...hot, some]) {
      const { data: own } = (await get(`/api/v1/gpus/${gpu.uuid}/health`)) as { data: Json };
      assert.deepEqual(
        own['events'],
        data.filter(({ uuid }) => uuid === gpu.uuid),
      );
    }
  });

  it('each projection has folded every row of the file', async () => {
    const { data, count } = (await get('/api/v1/projections')) as { data: Json[]; count: number };
    assert.equal(count, projectionNames.length);
    assert.deepEqual(
      data.map(({ name, state, events, stopped, failure }) => [name, state, events, stopped, failure]).sort(),
      projectionNames.map((name) => [name, 'active', expected.rows, [], null]).sort(),
    );
    for (const { partitions, partitions_done } of data) assert.equal(partitions_done, partitions);
  });

  it('every operation of the document is asked here', () => {
    const here = new Set([
      '/api/v1/gpus/{uuid}',
      '/api/v1/clusters/{c}/hosts/{h}/gpus/{g}',
      '/api/v1/gpus/{uuid}/health',
      '/api/v1/health/events',
      '/api/v1/projections',
      ...table.map(([at]) => at),
    ]);
    const readable = Object.entries(document.paths).filter(([, operations]) => 'get' in operations);
    const missing = readable.map(([at]) => at).filter((at) => at.startsWith('/api/v1/') && !here.has(at));
    assert.deepEqual(missing, []);
  });

  it('times: other offsets, start after end, out-of-range years', async () => {
    const [first, last] = [times[0]!, times.at(-1)!];
    const shifted = (at: string, hours: number): string =>
      encodeURIComponent(
        `${new Date(Date.parse(at) + hours * 3_600_000).toISOString().slice(0, 19)}${hours < 0 ? '-' : '+'}0${Math.abs(hours)}:00`,
      );
    const whole = list(facts.recordsOf(some));
    for (const hours of [-5, 2])
      assert.deepEqual(
        await get(`${own}/telemetry?start_time=${shifted(first, hours)}&end_time=${shifted(last, hours)}`),
        whole,
      );
    assert.deepEqual(await get(`${own}/telemetry?end_time=9999-12-31T23:59:59.999999999Z`), whole);
    for (const bad of [
      `start_time=${last}&end_time=${first}`,
      'start_time=10000-01-01T00:00:00Z',
      'end_time=-0001-01-01T00:00:00Z',
      'end_time=9999-12-31T23:59:59-01:00',
      'start_time=0000-01-01T00:00:00%2B01:00',
    ]) {
      const { status, body } = await reply(`${own}/telemetry?${bad}`);
      assert.equal(status, 400, bad);
      const [error] = body['errors'] as { parameter: string }[];
      assert.ok(['start_time', 'end_time'].includes(error!.parameter), bad);
    }
  });

  const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const aggregates: readonly (readonly [query: string, of: (values: readonly number[]) => number])[] = [
    ['step=1m', average],
    ['step=1m&agg=avg', average],
    ['step=1m&agg=min', (values) => Math.min(...values)],
    ['step=1m&agg=max', (values) => Math.max(...values)],
    ['step=1m&agg=last', (values) => values.at(-1)!],
  ];
  /** The values of a field in one minute, by time. */
  const valuesIn = (minute: string, field: string): readonly number[] =>
    facts
      .recordsOf(some)
      .filter(({ timestamp }) => String(timestamp).startsWith(minute.slice(0, 16)))
      .flatMap((record) => (record[field] === null ? [] : [Number(record[field])]));

  for (const [query, aggregate] of aggregates)
    it(`buckets of ${query} hold what the file has in them`, async () => {
      const { data } = (await get(`${own}/telemetry?${query}`)) as { data: Json[] };
      const minutes = [
        ...new Set(facts.recordsOf(some).map(({ timestamp }) => `${String(timestamp).slice(0, 16)}:00Z`)),
      ];
      assert.deepEqual(
        data.map(({ timestamp, telemetry_id }) => [timestamp, telemetry_id]),
        minutes.map((minute) => [minute, null]),
      );
      for (const [n, minute] of minutes.entries())
        for (const field of Object.values(fieldOf)) {
          const values = valuesIn(minute, field);
          assert.deepEqual(alike(data[n]![field]), alike(values.length === 0 ? null : aggregate(values)), field);
        }
    });

  it('Q2: a walk over all pages gives every record once, in order', async () => {
    const seen: Json[] = [];
    for (let at = ''; ;) {
      const page = await get(`/api/v1/telemetry?limit=97${at}`);
      seen.push(...(page['data'] as Json[]));
      if (typeof page['next_cursor'] !== 'string') break;
      at = `&cursor=${page['next_cursor']}`;
    }
    assert.deepEqual(seen, records);
  });

  const graphql = async (query: string): Promise<Json> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    const body = (await response.json()) as { data: Json; errors?: unknown };
    assert.deepEqual([response.status, body.errors], [200, undefined]);
    return body.data;
  };
  const recordFields = `telemetryId timestamp gpuId uuid device modelName hostname metrics ${Object.values(fieldOf).map(camel).join(' ')}`;

  it('GraphQL says the same as REST and the file: the whole hierarchy with all telemetry', async () => {
    const { clusters } = (await graphql(`{ clusters { id name status hostCount gpuCount activeGpuCount watermark
      hosts { hostname gpus { id uuid hostname name device status clusterId lastSeen
        telemetry(limit: 1000) { ${recordFields} } } } } }`)) as {
      clusters: (Json & { hosts: { hostname: string; gpus: (Json & { telemetry: Json[] })[] }[] })[];
    };
    const [{ hosts: found, ...shown }] = clusters as [(typeof clusters)[number]];
    assert.deepEqual(shown, camelKeys(wireCluster()));
    assert.deepEqual(
      found.map(({ hostname }) => hostname),
      hosts,
    );
    const nested = found.flatMap((host) => host.gpus);
    assert.deepEqual(
      nested.map((gpu) => ({ ...gpu, telemetry: undefined })),
      gpus.map((gpu) => ({ ...camelKeys(wireGpu(gpu)), telemetry: undefined })),
    );
    nested.forEach(({ telemetry }, n) => assert.deepEqual(telemetry, facts.recordsOf(gpus[n]!).map(camelKeys)));
  });

  it('GraphQL statistics, pages and newest values are those of REST', async () => {
    const data = await graphql(`{
      cluster(id: "${cluster}") { stats(step: "1m") { gpusByStatus { active stale missing }
        metrics { name unit samples min mean max p95 } totals { powerDraw memoryUsedMb memoryFreeMb } course { start } } }
      gpu(uuid: "${some.uuid}") { metrics { name value unit timestamp } }
      telemetryPage(limit: 3) { items { ${recordFields} } nextCursor }
      host(hostname: "${hosts[0]}") { metrics { name unit samples min mean max } } }`);
    const wanted = stats() as { metrics: Record<string, Json>; totals: Json; gpus_by_status: Json };
    assert.deepEqual(
      alike((data['cluster'] as { stats: unknown }).stats),
      alike({
        gpusByStatus: wanted.gpus_by_status,
        metrics: Object.entries(wanted.metrics).map(([name, lie]) => ({ name, ...lie })),
        totals: camelKeys(wanted.totals),
        course: facts.courseOf(gpus).map(({ start }) => ({ start })),
      }),
    );
    const byName = (items: unknown): Json =>
      Object.fromEntries((items as (Json & { name: string })[]).map(({ name, ...others }) => [name, others]));
    assert.deepEqual(byName((data['gpu'] as Json)['metrics']), facts.metricsOf(some));
    assert.deepEqual((data['telemetryPage'] as Json)['items'], records.slice(0, 3).map(camelKeys));
    assert.deepEqual(alike(byName((data['host'] as Json)['metrics'])), alike(facts.lastMinuteOf(onHost(hosts[0]!))));
  });

  const beginning = printLiveCursor({
    epoch: 0 as Epoch,
    revision: 0n as Revision,
    partition: 0 as Partition,
    place: 0,
  });

  it('Q4: the live feed says the same as REST and the file, record for record', async () => {
    const client = createClient({ url: `${origin.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
    const cells = new Map<string, number>();
    let count = 0;
    const query = `subscription { telemetry(after: "${beginning}") { ${recordFields} clusterId cursor } }`;
    const end = client.subscribe<{ telemetry: Json }>(
      { query },
      {
        next: ({ data }) => {
          const { timestamp, uuid, metrics, ...update } = data!.telemetry;
          for (const [metric, field] of Object.entries(fieldOf)) {
            const value = update[camel(field)];
            if (typeof value !== 'number') continue;
            cells.set(`${String(uuid)} ${String(timestamp)} ${metric}`, value);
            count++;
          }
          for (const [metric, value] of Object.entries(metrics as Record<string, number>)) {
            cells.set(`${String(uuid)} ${String(timestamp)} ${metric}`, value);
            count++;
          }
        },
        error: (error) => assert.fail(JSON.stringify(error)),
        complete: () => undefined,
      },
    );
    await eventually('every cell has come', () => cells.size >= expected.rows);
    end();
    await client.dispose();
    const inFile = gpus.flatMap(({ uuid, samples }) =>
      [...samples].flatMap(([at, values]) => [...values].map(([metric, value]) => [`${uuid} ${at} ${metric}`, value])),
    );
    assert.equal(count, expected.rows, 'nothing came twice');
    assert.deepEqual(new Map([...cells].sort()), new Map((inFile as [string, number][]).sort()));
  });

  it('/ws sends the newest values of every GPU first', async () => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws`);
    const updates = new Map<string, Json>();
    socket.on('message', (text: Buffer) => {
      const message = JSON.parse(text.toString()) as Json;
      if (message['type'] === 'telemetry_update') updates.set(String(message['gpu_uuid']), message);
    });
    socket.once('open', () => socket.send('{"type":"subscribe","topic":"telemetry"}'));
    await eventually('each has come', () => updates.size === gpus.length);
    socket.terminate();
    for (const gpu of gpus) {
      const latest = [...facts.latestOf(gpu)];
      const { timestamp, data } = updates.get(gpu.uuid)!;
      assert.equal(timestamp, facts.lastSeen([gpu]));
      assert.deepEqual(
        data,
        Object.fromEntries(latest.map(([metric, { value }]) => [fieldOf[metric] ?? metric, value])),
      );
    }
  });

  it('Apollo’s cache, keyed as the schema says, keeps every GPU apart', async () => {
    const cache = new InMemoryCache({ typePolicies: { Gpu: { keyFields: ['uuid'] } } });
    const client = new ApolloClient({ cache, link: new HttpLink({ uri: `${origin}/graphql` }) });
    const { data } = await client.query<{ gpus: Json[] }>({ query: gql('{ gpus { id uuid hostname } }') });
    const kept = Object.keys(cache.extract()).filter((key) => key.startsWith('Gpu:'));
    assert.deepEqual([kept.length, new Set(data?.gpus.map(({ uuid }) => uuid)).size], [gpus.length, gpus.length]);
    client.stop();
  });

  it('curl gets it, compressed and not', async () => {
    const curl = async (...args: readonly string[]): Promise<string> =>
      (await promisify(execFile)('curl', ['-sS', '--fail', ...args], { maxBuffer: 1 << 26 })).stdout;
    const plain = await curl(`${origin}/api/v1/gpus`);
    assert.equal(await curl('--compressed', `${origin}/api/v1/gpus`), plain);
    assert.deepEqual(JSON.parse(plain), list(gpus.map(wireGpu), gpus.length));
    const health = JSON.parse(await curl(`${origin}/health`)) as Json;
    assert.equal(health['status'], 'healthy');
  });
});
