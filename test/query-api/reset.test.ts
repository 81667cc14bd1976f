import assert from 'node:assert/strict';
import { StoreFull, StoreSilent } from '../../domain/document-reader.js';
import { type GenerationRecord, projectionNames } from '../../domain/generation.js';
import { type Revision } from '../../domain/revision.js';
import { projectionVersions } from '../../projections/versions.document.js';
import { at } from './support/made-rows.js';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';
import { announcementOf } from '../support/announcement.js';
import { eventually } from '../support/eventually.js';

const token = 'correct horse battery staple';
const bearer = (text: string): RequestInit => ({ method: 'POST', headers: { authorization: `Bearer ${text}` } });

describe('a reset by request', () => {
  let world: World;
  let gateway: RunningGateway;
  const start = async (adminToken?: string) => {
    world = new World();
    world.adminToken = adminToken;
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    gateway = await startGateway(world);
  };
  afterEach(() => gateway.stop());

  const mutate = async (text: string, init: RequestInit) => {
    const headers = { ...(init.headers as Record<string, string>), 'content-type': 'application/json' };
    const reply = await gateway.get('/graphql', { method: 'POST', headers, body: JSON.stringify({ query: text }) });
    return reply.body as {
      data?: Record<string, unknown>;
      errors?: { message: string; extensions: { code: string } }[];
    };
  };

  it('is forbidden to everybody where no token is configured', async () => {
    await start();
    const reply = await gateway.get('/api/v1/projections/gpu/reset', bearer(token));
    assert.deepEqual([reply.status, reply.body['code']], [403, 'forbidden']);
    const { errors } = await mutate('mutation { resetProjection(name: "gpu") { generation } }', bearer(token));
    assert.equal(errors?.[0]?.extensions.code, 'FORBIDDEN');
    assert.deepEqual(world.resets, []);
  });

  it('needs the token that is configured, and no other', async () => {
    await start(token);
    const path = '/api/v1/projections/gpu/reset';
    for (const init of [{ method: 'POST' }, bearer(''), bearer(`${token}x`), bearer(token.slice(1))]) {
      const reply = await gateway.get(path, init);
      assert.deepEqual([reply.status, reply.body['code']], [401, 'unauthorized']);
      assert.equal(reply.headers.get('www-authenticate'), 'Bearer');
      const { errors } = await mutate('mutation { resetProjection(name: "gpu") { generation } }', init);
      assert.equal(errors?.[0]?.extensions.code, 'UNAUTHENTICATED');
    }
    assert.equal((await gateway.get(path)).status, 405);
    assert.deepEqual(world.resets, []);
  });

  it('says that etcd is full, or that it is not certain what was recorded, and answers counts in the same way', async () => {
    await start(token);
    const query = 'mutation { resetProjection(name: "gpu") { generation } }';
    const answers = async () => {
      const { status, body, headers } = await gateway.get('/api/v1/projections/gpu/reset', bearer(token));
      const { errors } = await mutate(query, bearer(token));
      return [status, body['code'], body['detail'], headers.get('retry-after'), errors?.[0]?.extensions.code];
    };
    world.resetAnswer = new StoreFull('Nothing can be recorded.');
    assert.deepEqual(await answers(), [503, 'store-full', 'Nothing can be recorded.', '2', 'STORE_FULL']);
    world.resetAnswer = new StoreSilent('It may have been recorded.');
    assert.deepEqual(await answers(), [503, 'store-silent', 'It may have been recorded.', '2', 'STORE_SILENT']);
    world.silent = true;
    const { status, body } = await gateway.get('/api/v1/projections');
    assert.deepEqual([status, body['code']], [503, 'store-silent']);
    const { errors } = await mutate('{ projections { name } }', {});
    assert.match(errors![0]!.message, /^etcd does not answer\. How far projections are cannot be counted now: /);
  });

  it('R1: is accepted, and answered with the generation that has begun', async () => {
    await start(token);
    const reply = await gateway.get('/api/v1/projections/gpu/reset', bearer(token));
    const build = { name: 'gpu', version: 1, generation: '2', state: 'building', partial: false };
    assert.deepEqual([reply.status, reply.body], [202, { success: true, count: 1, data: build }]);
    const text =
      'mutation { resetProjection(name: "history", partial: true) { name version generation state partial } }';
    assert.deepEqual((await mutate(text, bearer(token))).data, { resetProjection: { ...build, name: 'history' } });
    await gateway.get('/api/v1/projections/host/reset?partial=true', bearer(token));
    assert.deepEqual(world.resets, [
      { projection: 'gpu', partial: false },
      { projection: 'history', partial: true },
      { projection: 'host', partial: true },
    ]);
  });

  it('Q3: a body that says nothing is accepted, and one that says something refused: what is chosen stands in the query', async () => {
    await start(token);
    const path = '/api/v1/projections/gpu/reset';
    const sent = (body: string, at = path) => gateway.get(at, { ...bearer(token), body });
    for (const body of ['', ' \n', '{}', ' { }\n']) assert.equal((await sent(body)).status, 202, JSON.stringify(body));
    assert.equal(world.resets.length, 4);
    for (const body of ['{"partial":true}', 'partial=true', '[]', 'null', '{', '\0']) {
      const reply = await sent(body);
      assert.deepEqual([reply.status, reply.body['code']], [400, 'bad-parameter'], body);
      const [refused] = reply.body['errors'] as { parameter: string; value: string; accepted: string }[];
      assert.deepEqual([refused?.parameter, refused?.value], ['body', body]);
      assert.match(refused!.accepted, /none.*in the address: min_revision, partial/);
    }
    const both = await sent('{"partial":true}', `${path}?partial=maybe`);
    const named = (both.body['errors'] as { parameter: string }[]).map(({ parameter }) => parameter);
    assert.deepEqual(named, ['partial', 'body']);
    const large = await sent('x'.repeat(300_000));
    assert.deepEqual([large.status, large.body['code']], [413, 'too-large']);
    assert.equal(world.resets.length, 4);
    assert.deepEqual(gateway.errors, []);
  });

  it('Q3: a projection that there is not is 404, a bad parameter 400, what cannot be done 409 with the reason', async () => {
    await start(token);
    assert.equal((await gateway.get('/api/v1/projections/nothing/reset', bearer(token))).status, 404);
    assert.equal((await gateway.get('/api/v1/projections/gpu/reset?partial=maybe', bearer(token))).status, 400);
    const { errors } = await mutate('mutation { resetProjection(name: "nothing") { name } }', bearer(token));
    assert.equal(errors?.[0]?.extensions.code, 'BAD_USER_INPUT');
    world.resetAnswer = { kind: 'refused', reason: 'the log does not reach back' };
    const reply = await gateway.get('/api/v1/projections/gpu/reset', bearer(token));
    assert.deepEqual([reply.status, reply.body['detail']], [409, 'the log does not reach back. Nothing was changed.']);
  });
});

describe('a replay of dead letters by request', () => {
  let world: World;
  let gateway: RunningGateway;
  const letter = (offset: number): string => `${'ab'.repeat(16)}/${String(offset)}`;
  beforeEach(async () => {
    world = new World();
    world.adminToken = token;
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    gateway = await startGateway(world);
  });
  afterEach(() => gateway.stop());

  const replay = async (ids: readonly string[], sent: string | undefined = token) => {
    const query = 'mutation ($ids: [String!]!) { replayDeadLetters(ids: $ids) { id state } }';
    const authorization = sent === '' ? {} : { authorization: `Bearer ${sent}` };
    const body = JSON.stringify({ query, variables: { ids } });
    const headers = { ...authorization, 'content-type': 'application/json' };
    const reply = await gateway.get('/graphql', { method: 'POST', headers, body });
    return reply.body as { data?: unknown; errors?: { message: string; extensions: { code: string } }[] };
  };

  it('is recorded once for each letter, and answered with how it stands', async () => {
    const { data } = await replay([letter(7), letter(9), letter(7)]);
    const asked = [letter(7), letter(9)];
    assert.deepEqual(data, { replayDeadLetters: asked.map((id) => ({ id, state: 'requested' })) });
    assert.deepEqual(world.replays, asked);
  });

  it('needs the admin token', async () => {
    for (const sent of ['', `${token}x`]) {
      assert.equal((await replay([letter(7)], sent)).errors?.[0]?.extensions.code, 'UNAUTHENTICATED');
    }
    assert.deepEqual(world.replays, []);
  });

  it('Q3: refuses all when an id is none, when there is no id and when there are too many', async () => {
    const many = Array.from({ length: 101 }, (_, n) => letter(n));
    for (const ids of [[letter(7), 'row 7'], [], many]) {
      const { errors } = await replay(ids);
      assert.equal(errors?.[0]?.extensions.code, 'BAD_USER_INPUT', JSON.stringify(errors));
      assert.match(errors[0].message, /ids was .*accepted/);
    }
    assert.deepEqual(world.replays, []);
  });
});

describe('a gateway among generations', () => {
  const own = projectionVersions.gpu;
  const record = (version: number, generation = 1): GenerationRecord => ({
    ...{ projection: 'gpu', generation, version, state: 'active', partial: false },
    created_at: at('2025-01-01T00:00:00Z'),
  });
  const around = (records: readonly GenerationRecord[], versions: readonly number[]) => ({
    generations: {
      generations: records.map((one) => ({ record: one, modified: 1n as Revision })),
      active: new Map([['gpu', Math.max(...records.map(({ generation }) => generation))]] as const),
      last: new Map(),
      revision: 1n as Revision,
    },
    segments: 1,
    collectors: versions.map((version) =>
      announcementOf('c', {
        folds: projectionNames.map((name) => ({ projection: name, version: name === 'gpu' ? version : 1 })),
      }),
    ),
  });
  let gateway: RunningGateway;
  let world: World;
  beforeEach(async () => {
    world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    gateway = await startGateway(world);
  });
  afterEach(() => gateway.stop());
  const models = async () => {
    const { body } = await gateway.get('/health');
    return (body['checks'] as { models: { status: string; detail: string } }).models;
  };

  it('R2: serves what nobody folds any more, and marks it as old', async () => {
    world.surroundings.push(around([record(1)], [2, 3]));
    await eventually('it is marked', async () =>
      (await gateway.get('/api/v1/gpus')).headers.has('x-telemetry-old-since'),
    );
    const reply = await gateway.get('/api/v1/gpus');
    assert.deepEqual([reply.status, reply.body['count']], [200, 1]);
    assert.match(reply.headers.get('warning') ?? '', /^110 /);
    assert.equal((await gateway.get('/readyz')).status, 200);
    assert.match((await models()).detail, /No collector folds generation 1 of gpu/);
    world.surroundings.push(around([record(1)], [1, 2]));
    await eventually('it is not any more', async () => {
      return !(await gateway.get('/api/v1/gpus')).headers.has('x-telemetry-old-since');
    });
  });

  it('R1: is not ready while what it answers from has been deleted', async () => {
    world.surroundings.push(around([record(1), record(1, 2)], [1]));
    assert.equal((await gateway.get('/readyz')).status, 200);
    world.surroundings.push(around([record(1, 2)], [1]));
    await eventually('it is not ready', async () => (await gateway.get('/readyz')).status === 503);
    assert.match((await models()).detail, /generation 1 of gpu has been deleted/);
  });

  it('R2: reads the active version and the one before; with another it is not ready and says so', async () => {
    world.activate('gpu', record(own - 1, 2));
    await eventually('the version before is read', async () => (await models()).status === 'ok');
    world.activate('gpu', record(own + 1, 3));
    await eventually('it is not ready', async () => (await gateway.get('/readyz')).status === 503);
    assert.match(
      (await models()).detail,
      new RegExp(`gpu is active in version ${own + 1}, and this gateway reads versions ${own - 1} and ${own}`),
    );
    // What it has goes on answering.
    assert.equal((await gateway.get('/api/v1/gpus')).body['count'], 1);
    world.activate('gpu', record(own, 4));
    await eventually('it is ready again', async () => (await gateway.get('/readyz')).status === 200);
  });
});
