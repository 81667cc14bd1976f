import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  buildClientSchema,
  getIntrospectionQuery,
  type GraphQLField,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { WebSocket } from 'ws';
import { projectionNames } from '../../domain/generation.js';
import { eventually } from '../support/eventually.js';
import {
  askedField,
  type AskedField,
  type MadeRequest,
  type RealValues,
  requestFor,
  withArgument,
} from './support/made-documents.js';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { final, finalAnswer, fromServerOnly, initial, transportMessages } from './support/transport-messages.js';
import { World } from './support/world.js';
import { full } from '../support/full-counts.js';

const runs = full ? 5_000 : 300;
const texts = full ? 1_500 : 100;

const almostText = fc.oneof(
  fc.constantFrom(
    'telemetry',
    'subscribe',
    'unsubscribe',
    'ping',
    'GPU-a',
    'h1',
    'gpu_utilization',
    '',
    'MS4wLjEuMC4w',
  ),
  fc.string({ maxLength: 20 }),
);

const almostMessage = fc.record(
  {
    type: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('subscribe', 'unsubscribe', 'ping') },
      { weight: 1, arbitrary: fc.anything() },
    ),
    id: fc.oneof(almostText, fc.anything()),
    topic: fc.oneof({ weight: 4, arbitrary: fc.constant('telemetry') }, { weight: 1, arbitrary: fc.anything() }),
    filters: fc.oneof(
      fc.record(
        { gpu_uuid: almostText, hostname: almostText, cluster_id: almostText, metrics: fc.array(almostText) },
        { requiredKeys: [] },
      ),
      fc.anything(),
    ),
    after: fc.oneof(almostText, fc.anything()),
    snapshot: fc.oneof(fc.boolean(), fc.anything()),
  },
  { requiredKeys: [] },
);

const asText = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch {
    return String(Object.prototype.toString.call(value));
  }
};

const soup = [
  'gpus',
  'telemetryPage',
  'uuid',
  'items',
  'limit',
  '{',
  '}',
  '(',
  ')',
  ':',
  '"x"',
  '-1',
  '$a',
  'query',
  '...',
  '@',
];
const almostQuery = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.array(fc.constantFrom(...soup), { maxLength: 30 }).map((words) => words.join(' ')),
);

const second = (n: number): string => `2025-07-18T20:42:${n}Z`;

/** Two hosts with GPUs of which each has several errors, over some seconds. */
const fuzzedWorld = (): World => {
  const world = new World();
  const fleet = [
    ...[
      { uuid: 'GPU-a', host: 'h1' },
      { uuid: 'GPU-b', host: 'h1', index: '1', pod: 'p' },
    ],
    { uuid: 'GPU-c', host: 'h2' },
  ];
  for (let n = 10; n < 34; n++)
    world.append(
      fleet.flatMap((gpu) => [
        { ...gpu, at: second(n), value: n },
        { ...gpu, at: second(n), metric: 'DCGM_FI_DEV_POWER_USAGE', value: n * 8 },
      ]),
    );
  world.writeHistory();
  for (const [n, value] of [13, 31, 48, 79].entries())
    world.append(fleet.map((gpu) => ({ ...gpu, at: second(25 + n), metric: 'DCGM_FI_DEV_XID_ERRORS', value })));
  return world;
};

/** What is there for each argument; cursors are added as they are seen. */
const realOf = (cursors: readonly string[]): RealValues => ({
  ...{ uuid: ['GPU-a', 'GPU-b', 'GPU-c'], gpuUuid: ['GPU-a', 'GPU-b', 'GPU-c'] },
  ...{ hostname: ['h1', 'h2'], clusterId: ['c1'], id: ['c1'], name: projectionNames },
  ...{ startTime: ['0000-01-01T00:00:00Z', second(12)], endTime: [second(30), '9999-12-31T23:59:59Z'] },
  ...{ order: ['asc', 'desc'], step: ['1s', '10s', '1m'], agg: ['avg', 'min', 'max', 'last'] },
  metrics: ['gpu_utilization', 'power_draw', 'DCGM_FI_DEV_XID_ERRORS'],
  ...{ cursor: cursors, after: cursors },
});

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly unknown[];
}

const outcomeOf = (field: string, { data, errors }: Answer): string => {
  if (errors !== undefined) return data ? 'data with errors' : 'errors';
  return data?.[field] === null ? 'null' : 'data';
};

/** The fields that are read page by page. */
const pages = new Set(['telemetryPage', 'healthEventPage']);

const cursorIn = (field: string, { data }: Answer): string | undefined =>
  (data?.[field] as { nextCursor?: string } | undefined)?.nextCursor ?? undefined;

const ofInside = /node_modules|at .*\.js:\d+|INTERNAL/;

/** The names of what the protocol's server may send, and its close codes but for that of an error inside. */
const serverMessages = new Set(['connection_ack', 'next', 'error', 'complete', 'ping', 'pong']);
const serverCloses = new Set([4400, 4401, 4408, 4409, 4429]);

describe('whatever a client sends', function () {
  this.timeout(600_000);
  const world = fuzzedWorld();
  let gateway: RunningGateway;
  let schema: GraphQLSchema;

  before(async () => {
    gateway = await startGateway(world);
    assert.equal((await gateway.get(`/api/v1/gpus?min_revision=${world.revision}`)).status, 200);
    const { data } = await ask({ query: getIntrospectionQuery(), variables: {} });
    schema = buildClientSchema(data as unknown as IntrospectionQuery);
  });
  after(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  const ask = async (request: MadeRequest): Promise<Answer> => {
    const response = await fetch(`${gateway.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    const text = await response.text();
    assert.ok(response.status < 500, `${response.status}: ${text}`);
    assert.doesNotMatch(text, ofInside);
    return JSON.parse(text) as Answer;
  };

  it(`Q3: ${runs} random messages to /ws are each answered, and the connection lives on`, async () => {
    const socket = new WebSocket(`${gateway.origin.replace('http', 'ws')}/ws`);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    let pongs = 0;
    const types = new Map<string, number>();
    socket.on('message', (data: Buffer) => {
      const { type, id } = JSON.parse(data.toString()) as { type: string; id?: string };
      types.set(type, (types.get(type) ?? 0) + 1);
      if (id === 'still there') pongs++;
    });
    const message = fc.oneof(
      { weight: 4, arbitrary: almostMessage.map(asText) },
      { weight: 1, arbitrary: fc.string() },
      { weight: 1, arbitrary: fc.anything().map(asText) },
    );
    for (const text of fc.sample(message, runs)) socket.send(text);
    socket.send(JSON.stringify({ type: 'ping', id: 'still there' }));
    await eventually('the last one is answered', () => pongs === 1);
    assert.equal(socket.readyState, WebSocket.OPEN);
    for (const type of types.keys())
      assert.ok(['subscribed', 'telemetry_update', 'error', 'pong'].includes(type), type);
    assert.ok((types.get('error') ?? 0) > runs / 10);
    socket.terminate();
  });

  it(`Q3: ${texts} random texts are answered as GraphQL without a 5xx or a word of inside`, async () => {
    for (const query of fc.sample(almostQuery, texts)) assert.ok((await ask({ query, variables: {} })).errors, query);
  });

  const fieldsOf = (type: 'Query' | 'Subscription'): readonly GraphQLField<unknown, unknown>[] =>
    Object.values((type === 'Query' ? schema.getQueryType() : schema.getSubscriptionType())!.getFields());

  /** Cursors of both lists that have pages, of walks without filters. */
  const someCursors = async (): Promise<readonly string[]> => {
    const answers = await ask({
      query: '{ telemetryPage(limit: 2) { nextCursor } healthEventPage(limit: 1) { nextCursor } }',
      variables: {},
    });
    return [...pages].map((field) => cursorIn(field, answers)!);
  };

  /** A page leads to the next one, whatever was asked of it; false where there is no other. */
  const goOn = async (field: GraphQLField<unknown, unknown>, asked: AskedField): Promise<boolean> => {
    const typeOf = (argument: string) => field.args.find(({ name }) => name === argument)!.type;
    const nextCursor = { name: 'nextCursor', given: [], asked: [] };
    const short = withArgument({ ...asked, asked: [nextCursor] }, 'limit', typeOf('limit'), 1);
    const next = cursorIn(field.name, await ask(requestFor('query', short)));
    if (next === undefined) return false;
    const behind = await ask(requestFor('query', withArgument(short, 'cursor', typeOf('cursor'), next)));
    assert.equal(behind.errors, undefined);
    return true;
  };

  it(`Q3: ${runs} GraphQL requests made from the schema are answered, each field with data, none by a 5xx`, async () => {
    const real = realOf(await someCursors());
    const counts = new Map<string, number>();
    const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
    const fields = fieldsOf('Query');
    for (const field of fields)
      await fc.assert(
        fc.asyncProperty(askedField(field, real), async (asked) => {
          const answer = await ask(requestFor('query', asked));
          const outcome = outcomeOf(field.name, answer);
          count(`${field.name}: ${outcome}`);
          if (outcome === 'data' && pages.has(field.name) && (await goOn(field, asked)))
            count(`${field.name}: the page behind it`);
        }),
        { numRuns: Math.ceil(runs / fields.length) },
      );
    console.log([...counts].map(([name, times]) => `      ${name}: ${times}`).join('\n'));
    for (const { name } of fields) assert.ok(counts.has(`${name}: data`), `${name} was answered with data`);
    for (const name of pages) assert.ok(counts.has(`${name}: the page behind it`), name);
  });

  const transport = (): WebSocket =>
    new WebSocket(`${gateway.origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');

  /**
   * Sends all of it, what follows a first connection_init when that is acknowledged. Resolves with what came, when the
   * connection was closed or its last message answered.
   */
  const converse = (all: readonly string[]): Promise<{ readonly told: readonly string[]; readonly end: string }> =>
    new Promise((resolve, reject) => {
      const told: string[] = [];
      const socket = transport();
      const ended = (end: string): void => {
        resolve({ told, end });
        socket.terminate();
      };
      socket.once('error', reject).once('close', (code) => ended(String(code)));
      const send = (some: readonly string[]): void => some.forEach((text) => socket.send(text));
      const begins = all[0] === initial;
      socket.once('open', () => send(begins ? [initial] : all));
      socket.on('message', (data: Buffer) => {
        const text = data.toString();
        if (told.push(text) === 1 && begins) send(all.slice(1));
        if (text === finalAnswer) ended('open');
      });
    });

  /** A client that nobody disturbs: resolves when it is subscribed. */
  const bystander = async (): Promise<{ readonly updates: unknown[]; readonly socket: WebSocket }> => {
    const [updates, socket] = [[] as unknown[], transport()];
    const query = 'subscription { telemetry { uuid } }';
    socket.once('open', () => socket.send(initial));
    socket.on('message', (data: Buffer) => {
      const { type, payload } = JSON.parse(data.toString()) as { type: string; payload: unknown };
      if (type === 'connection_ack') socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      if (type === 'next') updates.push(payload);
    });
    await eventually('it is subscribed', () => gateway.live() === 1);
    return { updates, socket };
  };

  it(`Q3: ${runs / 5} clients of graphql-transport-ws with random messages are answered by the protocol alone`, async () => {
    const { updates, socket } = await bystander();
    const real = realOf([...(await someCursors()), 'MS4wLjEuMC4w']);
    const requests = (['Query', 'Subscription'] as const).flatMap((type) =>
      fieldsOf(type).map((field) =>
        askedField(field, real).map((asked) => requestFor(type === 'Query' ? 'query' : 'subscription', asked)),
      ),
    );
    const refused = { weight: 5, arbitrary: almostQuery.map((query) => ({ query, variables: {} })) };
    const counts = new Map<string, number>();
    const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
    await fc.assert(
      fc.asyncProperty(transportMessages(fc.oneof(...requests, refused)), async (sent) => {
        const { told, end } = await converse(sent);
        count(end === 'open' ? 'left open' : `closed with ${end}`);
        assert.ok(end === 'open' || serverCloses.has(Number(end)), `closed with ${end}`);
        for (const text of told) {
          const { type } = JSON.parse(text) as { type: string };
          count(type);
          assert.ok(serverMessages.has(type), text);
          assert.doesNotMatch(text, ofInside);
        }
      }),
      { numRuns: runs / 5, examples: fromServerOnly.map((text): [string[]] => [[initial, text, final]]) },
    );
    console.log(`      ${[...counts].map(([name, times]) => `${name}: ${times}`).join(', ')}`);
    for (const name of ['left open', 'closed with 4400', 'next', 'error']) assert.ok(counts.has(name), name);
    await eventually('nothing is left of them', () => gateway.live() === 1);
    world.append([{ uuid: 'GPU-a', host: 'h1', at: second(50), value: 1 }]);
    await eventually('the other one is told', () => updates.length === 1);
    assert.deepEqual(updates, [{ data: { telemetry: { uuid: 'GPU-a' } } }]);
    socket.terminate();
  });
});
