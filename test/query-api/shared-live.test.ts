import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';
import { seededRandom } from '../support/seeded-random.js';
import { type Row } from './support/made-rows.js';
import { type RunningGateway, startGateway } from './support/running-gateway.js';
import { World } from './support/world.js';

const seeds = full ? 40 : 3;
const revisions = 60;
const devices = ['GPU-0', 'GPU-1', 'GPU-2', 'GPU-3'];
const metricsOf = { gpu_utilization: 'DCGM_FI_DEV_GPU_UTIL', power_draw: 'DCGM_FI_DEV_POWER_USAGE' } as const;
type Metric = keyof typeof metricsOf;

/** What a subscription wants; null wants all. */
interface Wish {
  readonly uuid: string | null;
  readonly metrics: readonly Metric[] | null;
}

const wishes: readonly Wish[] = [null, 'GPU-1', 'GPU-2'].flatMap((uuid) =>
  [null, ['gpu_utilization'], ['power_draw'], ['power_draw', 'gpu_utilization']].map(
    (metrics) => ({ uuid, metrics }) as Wish,
  ),
);

/** What a revision brings of a device: utilisation of all, power of some. */
const sampled = (revision: number, device: number): readonly (readonly [Metric, number])[] => [
  ['gpu_utilization', revision],
  ...(((revision + device) % 3 === 0 ? [['power_draw', revision + device / 4]] : []) as [Metric, number][]),
];

const rowsOf = (revision: number): readonly Row[] =>
  devices.flatMap((uuid, device) =>
    sampled(revision, device).map(([metric, value]) => ({
      ...{ uuid, value, metric: metricsOf[metric], host: 'h1', index: String(device) },
      at: new Date(Date.UTC(2025, 6, 18, 20, 0, revision)).toISOString().replace('.000', ''),
    })),
  );

/** What a server says. */
interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: { readonly data: unknown };
  readonly gpu_uuid?: string;
  readonly data?: unknown;
}

/** Ways to ask, and what each makes of an update. */
interface Protocol {
  readonly path: string;
  readonly subprotocol?: string;
  readonly subscribe: (id: string, wish: Wish) => object;
  readonly told: (uuid: string, values: ReadonlyMap<Metric, number>) => unknown;
  /** What an update says; undefined for another message. */
  readonly heard: (message: Message) => unknown;
}

const graphql = (query: string, told: Protocol['told']): Protocol => ({
  ...{ path: '/graphql', subprotocol: 'graphql-transport-ws', told },
  subscribe: (id, { uuid, metrics }) => ({ id, type: 'subscribe', payload: { query, variables: { uuid, metrics } } }),
  heard: ({ type, payload }) => (type === 'next' ? payload?.data : undefined),
});
const wanted = '($uuid: String, $metrics: [String!])';
const given = '(gpuUuid: $uuid, metrics: $metrics)';
const protocols: readonly Protocol[] = [
  graphql(`subscription ${wanted} { telemetry${given} { uuid gpuUtilization powerDraw } }`, (uuid, values) => ({
    telemetry: {
      uuid,
      gpuUtilization: values.get('gpu_utilization') ?? null,
      powerDraw: values.get('power_draw') ?? null,
    },
  })),
  graphql(`subscription ${wanted} { t: telemetry${given} { p: powerDraw id: uuid __typename } }`, (id, values) => ({
    t: { p: values.get('power_draw') ?? null, id, __typename: 'TelemetryUpdate' },
  })),
  {
    path: '/ws',
    subscribe: (id, { uuid, metrics }) => ({
      ...{ type: 'subscribe', id, topic: 'telemetry', snapshot: false },
      filters: { ...(uuid !== null && { gpu_uuid: uuid }), ...(metrics && { metrics }) },
    }),
    told: (uuid, values) => ({ uuid, data: Object.fromEntries(values) }),
    heard: ({ type, gpu_uuid: uuid, data }) => (type === 'telemetry_update' ? { uuid, data } : undefined),
  },
];

const expected = ({ told }: Protocol, { uuid, metrics }: Wish): readonly unknown[] => {
  const updates: unknown[] = [];
  for (let revision = 1; revision <= revisions; revision++)
    for (const [device, name] of devices.entries()) {
      const values = new Map(sampled(revision, device).filter(([metric]) => metrics?.includes(metric) ?? true));
      if (values.size > 0 && (uuid ?? name) === name) updates.push(told(name, values));
    }
  return updates;
};

/** A connection whose subscriptions all have names that others have as well. */
interface Connection {
  readonly socket: WebSocket;
  readonly wanted: ReadonlyMap<string, readonly unknown[]>;
  readonly heard: ReadonlyMap<string, unknown[]>;
}

describe('live telemetry of many', () => {
  let gateway: RunningGateway;
  let connections: Connection[];
  afterEach(async () => {
    for (const { socket } of connections) socket.terminate();
    await gateway.stop();
    assert.deepEqual(gateway.errors, []);
  });

  const connected = async (protocol: Protocol, random: () => number): Promise<Connection> => {
    const { path, subprotocol, subscribe, heard: heardOf } = protocol;
    const url = `${gateway.origin.replace('http', 'ws')}${path}`;
    const socket = subprotocol === undefined ? new WebSocket(url) : new WebSocket(url, subprotocol);
    const [wanted, heard] = [new Map<string, readonly unknown[]>(), new Map<string, unknown[]>()];
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as Message;
      const update = heardOf(message);
      if (update !== undefined) heard.get(message.id!)!.push(update);
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    if (subprotocol !== undefined) {
      socket.send(JSON.stringify({ type: 'connection_init' }));
      await new Promise((resolve) => socket.once('message', resolve));
    }
    for (const id of ['1', '2', '"3"']) {
      const wish = wishes[Math.floor(random() * wishes.length)]!;
      wanted.set(id, expected(protocol, wish));
      heard.set(id, []);
      socket.send(JSON.stringify(subscribe(id, wish)));
    }
    return { socket, wanted, heard };
  };

  it('Q4: each subscription is sent its own, whoever else shares its name, its words or its connection', async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      if (seed > 1) await gateway.stop();
      const world = new World();
      world.append([{ uuid: 'GPU-0', at: '2025-07-18T19:00:00Z', value: 1, host: 'h1' }]);
      gateway = await startGateway(world);
      connections = [];
      const random = seededRandom(seed);
      for (let n = 0; n < 8; n++) for (const protocol of protocols) connections.push(await connected(protocol, random));
      await eventually('all are subscribed', () => gateway.live() === 3 * connections.length);
      for (let revision = 1; revision <= revisions; revision++) {
        world.append(rowsOf(revision));
        const one = connections[Math.floor(random() * connections.length)]!;
        const move = random();
        if (move < 0.05) one.socket.terminate();
        else if (move < 0.1) one.socket.close();
        // Answers go beside what is sent to subscriptions.
        else if (move < 0.4 && one.socket.readyState === WebSocket.OPEN) one.socket.send('{"type":"ping"}');
        if (move > 0.6) await new Promise(setImmediate);
      }
      const stay = connections.filter(({ socket }) => socket.readyState === WebSocket.OPEN);
      assert.ok(stay.length > connections.length / 2);
      await eventually('all has come', () =>
        stay.every(({ wanted, heard }) => [...wanted].every(([id, all]) => heard.get(id)!.length >= all.length)),
      );
      for (const { socket, wanted, heard } of connections)
        for (const [id, all] of wanted) {
          const came = heard.get(id)!;
          assert.deepEqual(came, stay.some((one) => one.socket === socket) ? all : all.slice(0, came.length));
        }
    }
  });
});
