import assert from 'node:assert/strict';
import { getIntrospectionQuery } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { openAccess } from '../../../query-api/gateway-options.js';
import { type RunningGateway, startGateway } from '../support/running-gateway.js';
import { World } from '../support/world.js';

/** Each asks the schema for itself, or guesses at a name of it. */
const prying = [
  ...[getIntrospectionQuery(), '{ __schema { types { name } } }', '{ __type(name: "Gpu") { fields { name } } }'],
  ...['{ gpus { __typename ... on Gpu { a: uuid } } x: __schema { queryType { name } } }'],
  ...[
    '{ gpuss { uuid } }',
    '{ gpus { uuidd } }',
    '{ gpus(hostnam: "x") { uuid } }',
    '{ gpus { ... on Gpuu { uuid } } }',
  ],
];

describe('GraphQL that tells nothing of itself', () => {
  let gateway: RunningGateway;
  before(async () => {
    const world = new World();
    world.append([{ uuid: 'GPU-a', at: '2025-07-18T20:42:34Z' }]);
    const graphql = { introspection: false, graphiql: false };
    gateway = await startGateway(world, world.ports(), { ...openAccess, graphql });
  });
  after(() => gateway.stop());

  const post = async (query: string) => {
    const headers = { 'content-type': 'application/json' };
    return gateway.get('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
  };

  it('answers what it is asked for, and not about its schema', async () => {
    const { body } = await post('{ gpus { __typename uuid } }');
    assert.deepEqual(body, { data: { gpus: [{ __typename: 'Gpu', uuid: 'GPU-a' }] } });
    for (const query of prying) {
      const answer = await post(query);
      const said = JSON.stringify(answer.body);
      assert.ok(answer.body['errors'], said);
      assert.equal(answer.body['data'], undefined, said);
      assert.doesNotMatch(said, /Did you mean|"kind"/, query);
    }
  });

  it('tells no more over a WebSocket', async () => {
    const client = createClient({
      ...{ url: `${gateway.origin.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 },
    });
    try {
      const guess = 'subscription ($kind: HealthKind) { gpuHealthEvents(kind: $kind) { __typename } }';
      const guesses = { query: guess, variables: { kind: 'xidd' } };
      for (const asked of [...prying.map((query) => ({ query })), guesses]) {
        const failed = await new Promise<unknown>((resolve) =>
          client.subscribe(asked, { next: resolve, error: resolve, complete: () => resolve('nothing') }),
        );
        const said = JSON.stringify(failed);
        assert.match(said, /"message"/);
        assert.doesNotMatch(said, /Did you mean|"kind"|"data"/, asked.query);
      }
    } finally {
      await client.dispose();
    }
  });

  it('has no GraphiQL, nor a file of it', async () => {
    const page = await fetch(`${gateway.origin}/graphql`, { headers: { accept: 'text/html,*/*;q=0.8' } });
    assert.ok(page.status >= 400, String(page.status));
    assert.doesNotMatch(await page.text(), /graphiql/i);
    for (const file of ['/graphiql/boot.js', '/graphiql/graphiql.min.js'])
      assert.equal((await fetch(`${gateway.origin}${file}`)).status, 404);
  });
});
