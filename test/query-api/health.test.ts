import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { slowdownLimit } from '../../domain/health-signals.js';
import { eventually } from '../support/eventually.js';
import { at, type Row } from './support/made-rows.js';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

type Json = Record<string, unknown>;

const xid = 'DCGM_FI_DEV_XID_ERRORS';
const temperature = 'DCGM_FI_DEV_GPU_TEMP';
const doubleBit = 'DCGM_FI_DEV_ECC_DBE_VOL_TOTAL';
const second = (n: number) => `2025-07-18T20:42:${String(n).padStart(2, '0')}Z`;
const row = (uuid: string, n: number, metric: string, value: number, more: Partial<Row> = {}): Row => ({
  ...{ uuid, at: second(n), metric, value },
  ...more,
});

describe('health', () => {
  let world: World;
  let gateway: RunningGateway;

  beforeEach(async () => {
    world = new World();
    gateway = await startGateway(world);
  });
  afterEach(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  const get = async (path: string): Promise<Json> => {
    const sign = path.includes('?') ? '&' : '?';
    const { status, body } = await gateway.get(`${path}${sign}min_revision=${String(world.revision)}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };
  const events = async (query = '') => (await get(`/api/v1/health/events${query}`))['data'] as Json[];
  const ask = async (query: string): Promise<Json> => {
    const { body } = await gateway.get('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return body;
  };

  /** A GPU with an XID that is over, one with ECC errors, one that is hot, one that is well; on two hosts. */
  const troubled = () => {
    world.append([row('GPU-x', 1, xid, 79, { host: 'h1', index: '3' }), row('GPU-w', 1, xid, 0, { host: 'h1' })]);
    world.append([
      row('GPU-x', 2, xid, 0, { host: 'h1', index: '3' }),
      row('GPU-e', 2, doubleBit, 1, { host: 'h2' }),
      row('GPU-e', 3, doubleBit, 4, { host: 'h2' }),
      row('GPU-h', 4, temperature, 91, { host: 'h2', index: '1' }),
    ]);
  };

  it('a GPU has what was ever wrong with it, though its newest sample shows nothing of it', async () => {
    troubled();
    const event = {
      ...{ kind: 'xid', cause: null, code: 79, metric: xid, count: 1, samples: 1, worst: 79, unit: null },
      ...{ first_seen: second(1), last_seen: second(1), ongoing: false },
    };
    const { data } = await get('/api/v1/gpus/GPU-x/health');
    const { events: list, ...others } = data as { readonly events: readonly Json[] } & Json;
    assert.deepEqual(others, {
      ...{ id: '3', uuid: 'GPU-x', hostname: 'h1', cluster_id: 'c1', status: 'active', healthy: true },
      ...{ conditions: [event], conditions_truncated: false, events_dropped: 0 },
    });
    const { id, ...said } = list[0]!;
    assert.match(String(id), /^c1\/h1\/GPU-x\/xid\/79\/\d+$/);
    assert.deepEqual(said, { ...event, uuid: 'GPU-x', gpu_id: '3', hostname: 'h1', cluster_id: 'c1' });
    assert.equal(list.length, 1);
  });

  it('Q3: a GPU that was always well has empty lists, one that was never seen is 404', async () => {
    troubled();
    const { data } = await get('/api/v1/gpus/GPU-w/health');
    const { healthy, conditions, events: list } = data as Json;
    assert.deepEqual([healthy, conditions, list], [true, [], []]);
    assert.equal((await gateway.get('/api/v1/gpus/GPU-none/health')).status, 404);
  });

  it('lists what is wrong in the fleet by when it began, with filters', async () => {
    troubled();
    const uuids = async (query: string) => (await events(query)).map(({ uuid, kind }) => [uuid, kind]);
    const [x, e, h] = [
      ['GPU-x', 'xid'],
      ['GPU-e', 'ecc_double_bit'],
      ['GPU-h', 'temperature'],
    ];
    assert.deepEqual(await uuids(''), [x, e, h]);
    assert.deepEqual(await uuids('?order=desc'), [h, e, x]);
    assert.deepEqual(await uuids('?kind=temperature'), [h]);
    assert.deepEqual(await uuids('?host=h2&cluster=c1'), [e, h]);
    assert.deepEqual(await uuids('?gpu_uuid=GPU-e'), [e]);
    assert.deepEqual(await uuids('?state=over'), [x]);
    assert.deepEqual(await uuids(`?start_time=${second(2)}&end_time=${second(3)}`), [e]);
    const [errors] = await events('?kind=ecc_double_bit');
    assert.deepEqual([errors!['count'], errors!['samples'], errors!['worst'], errors!['cause']], [4, 2, 4, 'volatile']);
    for (const bad of ['kind=melted', `start_time=${second(5)}&end_time=${second(4)}`, 'state=maybe', 'cursor=x'])
      assert.equal((await gateway.get(`/api/v1/health/events?${bad}`)).status, 400, bad);
  });

  it('Q2: pages show what was there when the walk began once, however it grows meanwhile', async () => {
    const many = Array.from({ length: 30 }, (_, n) => row(`GPU-${n % 7}`, n, xid, n + 1, { host: `h${n % 3}` }));
    world.append(many);
    for (const order of ['asc', 'desc']) {
      const seen: string[] = [];
      const before = (await events(`?order=${order}&limit=1000`)).map(({ id }) => String(id));
      for (let cursor = ''; ;) {
        const page = await get(`/api/v1/health/events?order=${order}&limit=4${cursor}`);
        seen.push(...(page['data'] as Json[]).map(({ id }) => String(id)));
        const next = page['next_cursor'];
        if (typeof next !== 'string') break;
        cursor = `&cursor=${next}`;
        world.append([row(`GPU-new-${order}-${seen.length}`, 15, xid, 99)]);
      }
      assert.deepEqual(
        seen.filter((id) => before.includes(id)),
        before,
      );
      assert.equal(new Set(seen).size, seen.length);
    }
  });

  const idsOf = async (uuid: string) => (await events(`?gpu_uuid=${uuid}&limit=100`)).map(({ id }) => String(id));
  /** The ids of a whole walk by pages of one event. */
  const walked = async (uuid: string, order: string, between: () => void = () => undefined) => {
    const ids: string[] = [];
    for (let cursor = ''; ;) {
      const page = await get(`/api/v1/health/events?gpu_uuid=${uuid}&order=${order}&limit=1${cursor}`);
      ids.push(...(page['data'] as Json[]).map(({ id }) => String(id)));
      if (typeof page['next_cursor'] !== 'string') return ids;
      cursor = `&cursor=${page['next_cursor']}`;
      between();
    }
  };
  /** Samples of one segment, all of one instant: rows from the future count when they were appended. */
  const atOnce = (codes: readonly number[], uuid: string) =>
    world.append(
      codes.map((code) => row(uuid, 40, xid, code)),
      { appended: second(30) },
    );

  it('Q2: of one GPU that shows the same error again and again in one instant, each page of one shows another', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom(0, 79, 43), { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
        async (segments) => {
          const uuid = `GPU-${String(world.revision)}`;
          for (const codes of segments) atOnce([79, 0, 79, ...codes], uuid);
          const all = await idsOf(uuid);
          assert.equal(new Set(all).size, all.length);
          assert.deepEqual(await walked(uuid, 'asc'), all);
          assert.deepEqual((await walked(uuid, 'desc')).reverse(), all);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('Q2: nothing that is kept is skipped, though older ones of the same instant are dropped during the walk', async () => {
    for (const order of ['asc', 'desc']) {
      const uuid = `GPU-${order}`;
      atOnce(Array.from({ length: 50 }, (_, n) => (n % 2) * 79).concat(0), uuid);
      const before = await idsOf(uuid);
      let pages = 0;
      const seen = await walked(uuid, order, () => void (++pages % 3 === 0 && atOnce([43, 0], uuid)));
      const kept = await idsOf(uuid);
      const lasted = before.filter((id) => kept.includes(id));
      assert.ok(lasted.length > 0 && lasted.length < before.length, `${lasted.length} of ${before.length}`);
      for (const id of lasted) assert.equal(seen.filter((one) => one === id).length, 1, id);
    }
  });

  it('a GPU that is expected and not seen is told by the watermark of its cluster, with since when', async () => {
    world.append([row('GPU-gone', 1, temperature, 30, { host: 'h1' }), row('GPU-here', 1, temperature, 30)]);
    world.append([{ ...row('GPU-here', 1, temperature, 31), at: '2025-07-18T20:52:30Z' }], {
      appended: '2025-07-18T20:52:31Z',
    });
    world.now = '2025-07-18T20:52:35Z';
    const [gone, ...others] = await events();
    assert.deepEqual(
      [gone!['kind'], gone!['cause'], gone!['uuid'], gone!['first_seen'], gone!['last_seen'], gone!['ongoing']],
      ['not_seen', 'stale', 'GPU-gone', second(1), '2025-07-18T20:52:30Z', true],
    );
    assert.deepEqual(others, []);
    const { data } = await get('/api/v1/gpus/GPU-gone/health');
    assert.equal((data as Json)['healthy'], false);
    world.append([{ ...row('GPU-gone', 1, temperature, 30, { host: 'h1' }), at: '2025-07-18T20:52:32Z' }], {
      appended: '2025-07-18T20:52:33Z',
    });
    assert.deepEqual(await events(), []);
  });

  it('GraphQL has the same, on every GPU and as a list', async () => {
    troubled();
    await get('/api/v1/gpus');
    const fields = 'id kind cause code metric firstSeen lastSeen count samples worst unit ongoing';
    const answer = await ask(`{
      gpus { uuid health { healthy status conditions { kind code count } events { ${fields} } eventsDropped } }
      healthEvents(kind: ecc_double_bit) { ${fields} uuid gpuId hostname clusterId }
      healthEventPage(limit: 2) { items { uuid } nextCursor } }`);
    assert.equal(answer['errors'], undefined, JSON.stringify(answer));
    const data = answer['data'] as { gpus: Json[]; healthEvents: Json[]; healthEventPage: Json };
    const healths = data.gpus.map(({ uuid, health }) => [uuid, (health as Json)['healthy']]);
    assert.deepEqual(healths, [
      ['GPU-w', true],
      ['GPU-x', true],
      ['GPU-e', false],
      ['GPU-h', false],
    ]);
    const [errors] = await events('?kind=ecc_double_bit');
    assert.deepEqual(Object.values(data.healthEvents[0]!).sort(), Object.values(errors!).sort());
    const cursor = String(data.healthEventPage['nextCursor']);
    const rest = await ask(`{ healthEventPage(limit: 2, cursor: "${cursor}") { items { uuid } nextCursor } }`);
    assert.deepEqual(rest['data'], { healthEventPage: { items: [{ uuid: 'GPU-h' }], nextCursor: null } });
    for (const bad of ['limit: 0', 'order: "up"', 'startTime: "now"', 'kind: melted']) {
      const refused = await ask(`{ healthEvents(${bad}) { id } }`);
      assert.ok(Array.isArray(refused['errors']), bad);
    }
  });

  it('the temperature that counts as hot, which is no option, is named where operators and clients look', async () => {
    const { body } = await gateway.get('/swagger/swagger.json');
    const schema = await ask('{ __type(name: "HealthKind") { enumValues { name description } } }');
    for (const text of [JSON.stringify(body), JSON.stringify(schema), await readFile('README.md', 'utf8')])
      assert.match(text, new RegExp(`${String(slowdownLimit)} °C.*lowest\\s+slow-down limit.*no option`, 's'));
  });

  describe('as it happens', () => {
    let client: Client;
    afterEach(() => client.dispose());

    const subscribed = (given = '') => {
      client = createClient({ url: `${gateway.origin.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
      const items: Json[] = [];
      const query = `subscription { gpuHealthEvents${given} { change event { uuid kind code count ongoing } } }`;
      client.subscribe<{ gpuHealthEvents: Json }>(
        { query },
        {
          next: ({ data, errors }) => void items.push(errors ? { errors } : data!.gpuHealthEvents),
          error: (error) => void items.push({ error }),
          complete: () => undefined,
        },
      );
      return items;
    };
    const shortOf = (items: readonly Json[]) =>
      items.map(({ change, event }) => [change, (event as Json)['uuid'], (event as Json)['code']]);
    /** A subscription itself says nothing: errors of a GPU that is of no other interest are told when it has begun. */
    const untilHeard = async (items: Json[], host = 'h9') => {
      let code = 1_000;
      await eventually('a subscriber hears', () => {
        world.append([row('GPU-test', 30, xid, ++code, { host })]);
        return items.length > 0;
      });
      await eventually('all of it has come', () => shortOf(items).some(([, , last]) => last === code));
      items.length = 0;
    };

    it('events are told when they begin and when they are over, once, to those who asked for them', async () => {
      troubled();
      const items = subscribed('(hostname: "h2")');
      await untilHeard(items, 'h2');
      world.append([row('GPU-x', 31, xid, 13, { host: 'h1', index: '3' })]);
      world.append([row('GPU-q', 31, doubleBit, 9, { host: 'h2' })]);
      await eventually('it has begun', () => items.length > 0);
      world.append([row('GPU-q', 32, doubleBit, 9, { host: 'h2' }), row('GPU-h', 32, temperature, 50, { host: 'h2' })]);
      await eventually('it is over', () => items.length > 2);
      assert.deepEqual(shortOf(items.slice(0, 1)), [['began', 'GPU-q', null]]);
      assert.deepEqual(
        shortOf(items.slice(1)).sort(([, a], [, b]) => (String(a) < String(b) ? -1 : 1)),
        [
          ['ended', 'GPU-h', null],
          ['ended', 'GPU-q', null],
        ],
      );
    });

    it('R4: a generation that is built anew tells nothing of what it has folded again', async () => {
      troubled();
      const items = subscribed();
      await untilHeard(items);
      const record = { projection: 'health', generation: 2, version: 1, state: 'active', partial: false } as const;
      world.activate('health', { ...record, created_at: at(world.now) });
      world.append([row('GPU-x', 40, xid, 43, { host: 'h1', index: '3' })]);
      world.append([row('GPU-x', 41, xid, 0, { host: 'h1', index: '3' })]);
      await eventually('both have come', () => items.length >= 2);
      assert.deepEqual(shortOf(items), [
        ['began', 'GPU-x', 43],
        ['ended', 'GPU-x', 43],
      ]);
    });
  });
});
