import assert from 'node:assert/strict';
import { getIntrospectionQuery, type IntrospectionObjectType, type IntrospectionQuery } from 'graphql';
import { knownMetrics } from '../../domain/metrics.js';
import { printCursor, readCursor } from '../../query-api/queries/page-cursor.js';
import { camel } from '../../query-api/graphql/camel.js';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { type Row } from './support/made-rows.js';
import { World } from './support/world.js';

type Json = Record<string, unknown>;

const power = 'DCGM_FI_DEV_POWER_USAGE';
const second = (n: number) => `2025-07-18T20:42:${String(n).padStart(2, '0')}Z`;

const fleetOf = (gpus: number, seconds: number): Row[] =>
  Array.from({ length: gpus }, (_, g) => g).flatMap((g) =>
    Array.from({ length: seconds }, (_, s) => s).flatMap((s): Row[] => {
      const identity = { uuid: `GPU-${g}`, host: `h${Math.floor(g / 8)}`, index: String(g % 8), at: second(s) };
      return [
        { ...identity, value: g + s },
        { ...identity, metric: power, value: 100 * g + s },
      ];
    }),
  );

describe('GraphQL of a large fleet', () => {
  it('Q2: `gpus` leaves none of more than 10,000 out where no limit is given', async () => {
    const world = new World();
    const of = (g: number) => ({ host: `h${g >> 6}`, index: String(g & 63) });
    world.append(Array.from({ length: 10_001 }, (_, g) => ({ uuid: `GPU-${g}`, at: second(1), value: 1, ...of(g) })));
    const gateway = await startGateway(world);
    try {
      const body = JSON.stringify({ query: '{ gpus { uuid } least: gpus(limit: 2) { uuid } }' });
      const headers = { 'content-type': 'application/json' };
      const { body: answer } = await gateway.get('/graphql', { method: 'POST', headers, body });
      const { gpus, least } = answer['data'] as Record<string, readonly Json[]>;
      assert.deepEqual([gpus!.length, least!.length], [10_001, 2]);
    } finally {
      await gateway.stop();
    }
  });
});

describe('GraphQL', () => {
  const world = new World();
  let gateway: RunningGateway;
  let reads: { paths: number; gets: number };

  before(async () => {
    world.append(fleetOf(20, 4));
    world.writeHistory();
    world.append(fleetOf(20, 6).filter(({ at }) => at >= second(4)));
    gateway = await startGateway(world);
    reads = world.reads;
    await gateway.get(`/api/v1/gpus?min_revision=${world.revision}`);
  });
  after(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  const post = async (query: string, variables: Json = {}) =>
    gateway.get('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
  const ask = async (query: string, variables: Json = {}): Promise<Json> => {
    const { status, body } = await post(query, variables);
    assert.deepEqual([status, body['errors']], [200, undefined], JSON.stringify(body));
    return body['data'] as Json;
  };

  it('gives the same facts as REST under camelCase names', async () => {
    const fields = 'id uuid hostname name device status clusterId lastSeen';
    const { gpus } = await ask(`{ gpus { ${fields} } }`);
    const rest = await gateway.items('/api/v1/gpus');
    assert.deepEqual(
      gpus,
      rest.map(({ cluster_id, last_seen, ...same }) => ({ ...same, clusterId: cluster_id, lastSeen: last_seen })),
    );
    const records = await ask(
      '{ telemetry(gpuUuid: "GPU-3") { timestamp telemetryId gpuUtilization powerDraw temperature metrics } }',
    );
    assert.deepEqual(
      records['telemetry'],
      (await gateway.items('/api/v1/gpus/GPU-3/telemetry')).map((record) => ({
        timestamp: record['timestamp'],
        telemetryId: record['telemetry_id'],
        gpuUtilization: record['gpu_utilization'],
        powerDraw: record['power_draw'],
        temperature: record['temperature'],
        metrics: record['metrics'],
      })),
    );
  });

  it('nests as the hierarchy is, with one read of history for a whole level', async () => {
    const query = `{ clusters { id hosts { hostname gpus { uuid telemetry(limit: 2, order: "desc", metrics: ["power_draw"]) {
      timestamp powerDraw } } } } }`;
    const before = { ...reads };
    const { clusters } = (await ask(query)) as { clusters: { hosts: { hostname: string; gpus: Json[] }[] }[] };
    assert.ok(reads.paths - before.paths <= world.identity.partitions, 'chunks are listed once for each partition');
    assert.ok(reads.gets - before.gets <= world.identity.partitions, 'chunks are read together');
    const gpus = clusters.flatMap(({ hosts }) => hosts.flatMap((host) => host.gpus));
    assert.equal(gpus.length, 20);
    for (const { uuid, telemetry } of gpus) {
      const g = Number(String(uuid).slice(4));
      assert.deepEqual(telemetry, [
        { timestamp: second(5), powerDraw: 100 * g + 5 },
        { timestamp: second(4), powerDraw: 100 * g + 4 },
      ]);
    }
  });

  it('reads each of many GPUs from chunks and the tail as it reads one', async () => {
    const { gpus } = (await ask('{ gpus { uuid telemetry { timestamp gpuUtilization powerDraw } } }')) as {
      gpus: Json[];
    };
    for (const { uuid, telemetry } of gpus) {
      const one = await ask(
        'query ($uuid: String!) { telemetry(gpuUuid: $uuid) { timestamp gpuUtilization powerDraw } }',
        {
          uuid,
        },
      );
      assert.deepEqual(telemetry, one['telemetry']);
      assert.equal((telemetry as Json[]).length, 6);
    }
  });

  it('pages through telemetry', async () => {
    const times: unknown[] = [];
    let cursor: unknown;
    do {
      const { telemetryPage } = await ask(
        'query ($cursor: String) { telemetryPage(gpuUuid: "GPU-1", limit: 4, cursor: $cursor) { items { timestamp } nextCursor } }',
        { cursor },
      );
      const page = telemetryPage as { items: Json[]; nextCursor: unknown };
      times.push(...page.items.map(({ timestamp }) => timestamp));
      cursor = page.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(times, [0, 1, 2, 3, 4, 5].map(second));
  });

  it('answers for one GPU, host and cluster, and null for what is unknown', async () => {
    const data = await ask(`{
      gpu(uuid: "GPU-9") { uuid host { hostname gpuCount } metrics { name value unit timestamp } heldBy { pod } labels }
      nobody: gpu(uuid: "GPU-x") { uuid }
      host(hostname: "h1") { id gpus { uuid } metrics { name samples mean } }
      nowhere: host(hostname: "h9") { id }
      cluster(id: "c1") { gpuCount stats { gpusByStatus { active } totals { powerDraw } metrics { name p95 } } }
      projections { name lagSegments events }
    }`);
    assert.equal(data['nobody'], null);
    assert.equal(data['nowhere'], null);
    const gpu = data['gpu'] as Json;
    assert.deepEqual(gpu['host'], { hostname: 'h1', gpuCount: 8 });
    assert.deepEqual(gpu['metrics'], [
      { name: 'gpu_utilization', value: 14, unit: '%', timestamp: second(5) },
      { name: 'power_draw', value: 905, unit: 'W', timestamp: second(5) },
    ]);
    assert.deepEqual(
      (data['projections'] as Json[]).map(({ name }) => name),
      ['gpu', 'host', 'cluster', 'history', 'health'],
    );
  });

  it('refuses bad arguments by name, and documents that are too deep or too dear, as GraphQL errors', async () => {
    const codeOf = (body: Json) => ((body['errors'] as Json[])[0]?.['extensions'] as Json | undefined)?.['code'];
    const bad = await post('{ telemetry(startTime: "yesterday") { timestamp } }');
    assert.equal(codeOf(bad.body), 'BAD_USER_INPUT');
    assert.equal(codeOf((await post('{ telemetry(limit: 0) { timestamp } }')).body), 'BAD_USER_INPUT');
    const [from, to] = ['2025-07-19T00:00:00Z', '2025-07-18T00:00:00Z'];
    const turned = await post(`{ telemetry(startTime: "${from}", endTime: "${to}") { timestamp } }`);
    const said = `startTime was "${from}"; accepted: a time not after endTime, ${to}.`;
    assert.equal((turned.body['errors'] as Json[])[0]?.['message'], said);
    assert.equal(codeOf((await post('{ telemetry(metrics: ["nonsense"]) { timestamp } }')).body), 'BAD_USER_INPUT');
    const nested = (levels: number): string => (levels === 0 ? 'uuid' : `host { gpus { ${nested(levels - 1)} } }`);
    const deep = await post(`{ gpus { ${nested(6)} } }`);
    assert.ok(deep.status < 500 && Array.isArray(deep.body['errors']), 'too deep');
    const dear = await post(`{ ${Array.from({ length: 300 }, (_, n) => `a${n}: gpus { id host { id } }`).join(' ')} }`);
    assert.ok(dear.status < 500 && Array.isArray(dear.body['errors']), 'too dear');
    for (const text of ['', '{', '{ nothing }', 'mutation { x }', 'subscription { telemetry { cursor } }'])
      assert.ok((await post(text)).status < 500, text);
    assert.equal((await gateway.get('/graphql', { method: 'DELETE' })).status, 405);
    const sent = (headers: Record<string, string>) =>
      gateway.get('/graphql', { method: 'POST', headers, body: '{"query":"{ clusters { id } }"}' });
    const texts = await sent({ 'content-type': 'text/plain' });
    assert.equal(texts.status, 415);
    assert.match(JSON.stringify(texts.body), /accepted: application\/json/);
    const pictures = await sent({ 'content-type': 'application/json', accept: 'image/png' });
    assert.equal(pictures.status, 406);
    assert.match(JSON.stringify(pictures.body), /accepted: application\/json/);
    const large = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":"${' '.repeat(300_000)}"}`,
    };
    assert.equal((await gateway.get('/graphql', large)).status, 413);
  });

  it('gives the course of a cluster over time as REST does', async () => {
    const { cluster } = (await ask(
      '{ cluster(id: "c1") { stats(step: "1m") { course { start metrics { name unit samples mean min max } } } } }',
    )) as { cluster: { stats: { course: { start: string; metrics: Json[] }[] } } };
    const { body } = await gateway.get('/api/v1/clusters/c1/stats?step=1m');
    const { course } = body['data'] as { course: { start: string; metrics: Record<string, Json> }[] };
    assert.deepEqual(
      cluster.stats.course,
      course.map(({ start, metrics }) => ({
        start,
        metrics: Object.entries(metrics).map(([name, spread]) => ({ name, ...spread })),
      })),
    );
    assert.equal(course.length, 1);
    const without = (await ask('{ cluster(id: "c1") { stats { course { start } } } }')) as typeof cluster & Json;
    assert.deepEqual(without['cluster'], { stats: { course: null } });
    const bad = await post('{ cluster(id: "c1") { stats(step: "30s") { course { start } } } }');
    assert.match(JSON.stringify(bad.body['errors']), /whole number of minutes/);
  });

  it('says in its header at which revision it was answered, and waits for min_revision', async () => {
    const before = world.revision;
    world.held = true;
    const revision = world.append(fleetOf(1, 1).map((one) => ({ ...one, uuid: 'GPU-late', host: 'h-late' })));
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ gpu(uuid: "GPU-late") { uuid } }' }),
    };
    const early = await gateway.get('/graphql', request);
    const wanted = gateway.get(`/graphql?min_revision=${revision}`, request);
    assert.deepEqual(early.body, { data: { gpu: null } });
    assert.equal(early.headers.get('x-telemetry-revision'), String(before));
    world.goOn();
    const late = await wanted;
    assert.deepEqual(late.body, { data: { gpu: { uuid: 'GPU-late' } } });
    assert.equal(late.headers.get('x-telemetry-revision'), String(revision));
    assert.equal((await gateway.get('/graphql?min_revision=x', request)).status, 400);
  });

  it('Q2: the next page waits for the revision at which the walk began on a gateway that was further', async () => {
    const ask = async (list: string, cursor: unknown) => {
      const query = `query ($cursor: String) { ${list} { nextCursor } }`;
      const body = JSON.stringify({ query, variables: { cursor } });
      const headers = { 'content-type': 'application/json' };
      return (await gateway.get('/graphql', { method: 'POST', headers, body })).body as {
        data: Json;
        errors?: unknown;
      };
    };
    for (const list of ['telemetryPage(limit: 1, cursor: $cursor)', 'healthEventPage(limit: 1, cursor: $cursor)']) {
      const first = (await ask('telemetryPage(limit: 1, cursor: $cursor)', null)).data['telemetryPage'] as {
        nextCursor: string;
      };
      world.held = true;
      const revision = world.append(fleetOf(1, 1).map((one) => ({ ...one, at: second(30) })));
      // As a gateway gave it that had folded this already.
      const cursor = printCursor({ ...readCursor(first.nextCursor)!, revision });
      let answered = false;
      const page = ask(list, cursor).finally(() => (answered = true));
      await gateway.get('/api/v1/gpus');
      assert.equal(answered, false, 'it waits');
      world.goOn();
      // The walk over health events is another one: it refuses the cursor only when it has got that far.
      const { data, errors } = await page;
      assert.ok(list.startsWith('telemetry') ? data['telemetryPage'] : errors);
    }
  });

  it('Q3: an answer that would hold too much is refused with a clear error, however it is asked for', async () => {
    const world = new World();
    world.append(fleetOf(160, 1).map((one) => ({ ...one, host: 'h0' })));
    const large = await startGateway(world);
    const ask = async (query: string) => {
      const headers = { 'content-type': 'application/json' };
      const { status, body } = await large.get('/graphql', {
        method: 'POST',
        headers,
        body: JSON.stringify({ query }),
      });
      return { status, text: JSON.stringify(body) };
    };
    const squared = await ask('{ gpus { host { gpus { host { gpus { uuid } } } } } }');
    assert.deepEqual([squared.status, squared.text.includes('TOO_MUCH')], [422, true]);
    assert.match(squared.text, /more than 250000 GPUs, hosts, values and records/);
    assert.equal((squared.text.match(/TOO_MUCH/g) ?? []).length, 1, 'not an error for each of thousands');
    assert.doesNotMatch(squared.text, /GPU-1"/, 'nothing of what was gathered until then');
    const once = await ask('{ gpus { uuid host { hostname } telemetry { timestamp } } }');
    assert.deepEqual([once.status, once.text.includes('errors')], [200, false]);
    await large.stop();
    assert.deepEqual(large.errors, []);
  });

  it('tells the meaning of every type, field, argument and value, and the unit of every metric', async () => {
    const { __schema: schema } = (await ask(getIntrospectionQuery())) as unknown as IntrospectionQuery;
    const silent: string[] = [];
    const look = (name: string, { description }: { readonly description?: string | null | undefined }) =>
      void ((description ?? '').length < 4 && silent.push(name));
    for (const type of schema.types.filter(({ name }) => !name.startsWith('__'))) {
      if (!['Query', 'Mutation', 'Subscription'].includes(type.name)) look(type.name, type);
      for (const field of 'fields' in type ? (type.fields ?? []) : []) {
        look(`${type.name}.${field.name}`, field);
        for (const given of field.args) look(`${type.name}.${field.name}(${given.name})`, given);
      }
      if (type.kind === 'ENUM') for (const value of type.enumValues) look(`${type.name}.${value.name}`, value);
    }
    assert.deepEqual(silent, []);
    for (const name of ['TelemetryRecord', 'TelemetryUpdate']) {
      const type = schema.types.find((found) => found.name === name) as IntrospectionObjectType;
      for (const { field, unit } of knownMetrics) {
        const shown = type.fields.find((one) => one.name === camel(field));
        assert.ok(shown?.description?.includes(`, in ${unit} (`), `${name}.${field}`);
      }
    }
  });

  it('answers HEAD as GET without the body, and OPTIONS with what is served, as REST does', async () => {
    const query = '/graphql?query=%7B%20clusters%20%7B%20id%20%7D%20%7D';
    const page = { headers: { accept: 'text/html' } };
    for (const [path, init] of [
      [query, {}],
      ['/graphql', page],
    ] as const) {
      const [got, head] = [
        await fetch(`${gateway.origin}${path}`, init),
        await gateway.get(path, { ...init, method: 'HEAD' }),
      ];
      assert.deepEqual([head.status, head.headers.get('content-type')], [200, got.headers.get('content-type')]);
      assert.equal(head.headers.get('content-length'), String((await got.arrayBuffer()).byteLength));
    }
    const allow = 'HEAD, GET, POST, OPTIONS';
    const options = await gateway.get('/graphql', { method: 'OPTIONS' });
    assert.deepEqual([options.status, options.headers.get('allow')], [204, allow]);
    const deleted = await gateway.get('/graphql', { method: 'DELETE' });
    assert.deepEqual([deleted.status, deleted.headers.get('allow')], [405, allow]);
    const mutation = await gateway.get(
      `/graphql?query=${encodeURIComponent('mutation { resetProjection(name: "gpu") { name } }')}`,
    );
    assert.deepEqual([mutation.status, mutation.headers.get('allow')], [405, 'POST']);
  });

  it('gives a browser GraphiQL, with all of its files from here', async () => {
    const response = await fetch(`${gateway.origin}/graphql`, { headers: { accept: 'text/html,*/*;q=0.8' } });
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
    const page = await response.text();
    const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);
    assert.ok(links.length >= 6);
    for (const link of links) {
      assert.doesNotMatch(link, /^(https?:)?\/\//);
      assert.equal((await fetch(`${gateway.origin}${link}`)).status, 200, link);
    }
    const query = await gateway.get('/graphql?query=%7B%20clusters%20%7B%20id%20%7D%20%7D');
    assert.deepEqual(query.body, { data: { clusters: [{ id: 'c1' }] } });
  });
});
