import assert from 'node:assert/strict';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { eventually } from '../support/eventually.js';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

const full = process.env['TELEMETRY_TEST_COUNTS'] === 'full';
const runs = full ? 5_000 : 300;

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

const names = [
  'gpus',
  'gpu',
  'hosts',
  'clusters',
  'telemetry',
  'telemetryPage',
  'uuid',
  'items',
  'limit',
  '__typename',
];
const almostQuery = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(...names, '{', '}', '(', ')', ':', '"x"', '1', '-1', '$a', 'query', 'subscription', '...', '@'),
      {
        maxLength: 30,
      },
    )
    .map((words) => words.join(' ')),
  fc
    .tuple(almostText, fc.integer(), almostText)
    .map(
      ([text, count, other]) =>
        `{ telemetryPage(gpuUuid: ${JSON.stringify(text)}, limit: ${count}, startTime: ${JSON.stringify(other)}, cursor: ${JSON.stringify(text)}) { nextCursor } }`,
    ),
);

describe('whatever a client sends', function () {
  this.timeout(600_000);
  const world = new World();
  let gateway: RunningGateway;

  before(async () => {
    world.append([{ uuid: 'GPU-a', host: 'h1', at: '2025-07-18T20:42:34Z', value: 1 }]);
    gateway = await startGateway(world);
  });
  after(async () => {
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

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

  it(`Q3: ${runs} random GraphQL requests are answered without a 5xx or a word of inside`, async () => {
    const counts = new Map<number, number>();
    for (const query of fc.sample(almostQuery, runs)) {
      const response = await fetch(`${gateway.origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      const text = await response.text();
      counts.set(response.status, (counts.get(response.status) ?? 0) + 1);
      assert.ok(response.status < 500, `${query}: ${text}`);
      assert.doesNotMatch(text, /node_modules|at .*\.js:\d+|INTERNAL/, query);
    }
    console.log(`      ${[...counts].map(([status, count]) => `${status}: ${count}`).join(', ')}`);
  });
});
