import { once } from 'node:events';
import { type Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3, type Watcher } from 'etcd3';
import { WebSocket } from 'ws';
import { createClient } from '../../../infra/etcd/client.js';
import { Keys } from '../../../infra/etcd/keys.js';
import { startTelemetry } from '../../support/telemetry.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../../infra/processes/free-port.js';
import { longHeader } from '../../support/source-texts.js';
import { startBenchEtcd } from '../bench-etcd.js';
import { type Figure, type Place, quantile } from '../figure.js';

/** Rows, or puts, of a round; each is sent when the one before was seen, and a little later. */
const samples = 200;
const gapMs = 5;

const uuid = 'GPU-84cff028-0fed-77c9-6f0a-c09e0736057e';
const row = (at: Date, value: number): string =>
  `"${at.toISOString()}","DCGM_FI_DEV_GPU_UTIL","0","nvidia0","${uuid}","NVIDIA H100","h1","","","","${String(value)}",""\n`;

/** Before those, in quick succession: what is measured is a process that has run for a while. */
const warming = 1_000;

/** Something that is sent again and again, and what tells that it has arrived. */
interface Way {
  readonly send: (n: number) => void;
  readonly onSeen: (tell: () => void) => void;
}

/** Milliseconds from each sending to its arrival, for each of the ways: they take turns, so that all meet the same disk. */
const delays = async (ways: readonly Way[]): Promise<readonly (readonly number[])[]> => {
  const took = ways.map((): number[] => []);
  let tell = (): void => undefined;
  for (const { onSeen } of ways) onSeen(() => tell());
  for (let n = 0; n < warming + samples; n++) {
    for (const [at, { send }] of ways.entries()) {
      const told = new Promise<void>((resolve) => (tell = resolve));
      const sent = performance.now();
      send(n);
      await told;
      took[at]!.push(performance.now() - sent);
      if (n >= warming) await pause(gapMs);
    }
  }
  return took.map((some) => some.slice(warming));
};

/** What a row on standard input is followed to: a watch of the log, or a GraphQL subscriber. */
type End = 'durable' | 'subscriber';

interface Live {
  /** Milliseconds from one etcd put to its watch. */
  readonly put: readonly number[];
  /** Milliseconds from a row to its end. */
  readonly ours: readonly number[];
}

/** What runs beside etcd, and the client that stands for whoever looks. */
interface Running {
  readonly client: Etcd3;
  readonly input: Writable;
  /** Calls `tell` at each put below a prefix. */
  readonly follow: (prefix: string, tell: () => void) => Promise<void>;
}

const subscribe = async (port: number): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://127.0.0.1:${String(port)}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  const query = `subscription { telemetry(gpuUuid: "${uuid}") { timestamp gpuUtilization } }`;
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  return socket;
};

/** Commands, each with its arguments. */
type Others = readonly (readonly string[])[];

const { prefix } = new Keys();
const log = `${prefix}log/`;

/** Runs `work` beside an etcd, a streamer that has appended its first row, and whoever else is started. */
const beside = async <T>(place: Place, others: Others, work: (running: Running) => Promise<T>): Promise<T> => {
  const etcd = await startBenchEtcd(place.folder);
  const reach = ['--etcd', etcd.endpoint];
  const processes = [
    startTelemetry(['stream', '-', '--batch-ms', '1ms', ...reach], {}, 'pipe'),
    ...others.map((args) => startTelemetry([...args, ...reach])),
  ];
  const client = createClient({ endpoints: [etcd.endpoint] });
  const input = processes[0]!.child.stdin!;
  const watchers: Watcher[] = [];
  const follow = async (keys: string, tell: () => void): Promise<void> => {
    watchers.push((await client.watch().prefix(keys).create()).on('put', tell));
  };
  try {
    input.write(`${longHeader}\n${row(new Date(), 0)}`);
    await eventually('a row is in the log', async () => (await client.getAll().prefix(log).count()) > 0);
    return await work({ client, input, follow });
  } finally {
    // A watch that is not cancelled is opened again and again, and the program would not end.
    await Promise.all(watchers.map((one) => one.cancel()));
    client.close();
    for (const one of processes) {
      one.child.kill('SIGKILL');
      await one.ended;
    }
    await etcd.stop();
  }
};

const puts = async ({ client, follow }: Running): Promise<Way> => {
  let seen = (): void => undefined;
  await follow('/bench/', () => seen());
  return {
    send: (n) => void client.put('/bench/one').value(String(n)).exec(),
    onSeen: (tell) => (seen = tell),
  };
};

const rows = ({ input }: Running, onSeen: Way['onSeen']): Way => ({
  send: (n) => void input.write(row(new Date(), n)),
  onSeen,
});

const untilDurable = (place: Place): Promise<Live> =>
  beside(place, [], async (running) => {
    let seen = (): void => undefined;
    await running.follow(log, () => seen());
    const [put, ours] = await delays([await puts(running), rows(running, (tell) => (seen = tell))]);
    return { put: put!, ours: ours! };
  });

/** The puts come first, by themselves: behind each row collectors write what they have folded, which a put would meet. */
const untilSubscriber = async (place: Place): Promise<Live> => {
  const port = await freePort();
  const gateway = ['serve', '--port', String(port)];
  return beside(place, [['collect'], gateway], async (running) => {
    await eventually(
      'the gateway is ready',
      async () => (await fetch(`http://127.0.0.1:${String(port)}/readyz`).catch(() => undefined))?.status === 200,
    );
    const socket = await subscribe(port);
    const [put] = await delays([await puts(running)]);
    const [ours] = await delays([rows(running, (tell) => void socket.on('message', tell))]);
    return { put: put!, ours: ours! };
  });
};

const round = { durable: untilDurable, subscriber: untilSubscriber } as const;

const measure =
  (end: End, share: number) =>
  async (place: Place, rounds: number): Promise<readonly number[]> => {
    const ratios: number[] = [];
    for (let at = 0; at < rounds; at++) {
      const live = await round[end](place);
      const [ours, put] = [quantile(live.ours, share), quantile(live.put, share)];
      ratios.push(ours / put);
      place.say(`${ours.toFixed(2)} ms, a put seen by its watch ${put.toFixed(2)} ms`);
    }
    return ratios;
  };

/** By clocks in the streamer: of 1.34 ms, 0.8 passed between the request and the watch, and 0.07 before it was awake. */
const inTheWay =
  'of the time until it is in the log three fifths are of etcd and the watch, which a put takes too, and a twentieth is the ' +
  'way of a row through a pipe to a process that sleeps. A third is work of the streamer, and nothing in it waits: writing ' +
  'the request to the system is a sixth of that, the hash of the last 64 KiB a tenth, finding the time and the series of ' +
  'the row, making the checkpoint, and making the message of the transaction a tenth each; the rest are forty steps that ' +
  'take some microseconds each, as code does that runs every hundredth of a second. The faster the disk, the more it ' +
  'weighs. From the log to a subscriber it takes a fifth of the whole way: the watch, decoding the segment twice, for ' +
  'history and for the feed, and the write.';

const figure = (name: string, what: string, wanted: readonly [number, number], end: End, share = 0.5): Figure => ({
  ...{ name, what, unit: 'times put-to-watch', better: 'less', atLeast: wanted[0], aim: wanted[1], inTheWay },
  measure: measure(end, share),
});

/** How long a row that is handed over takes, against a raw put that is seen by a watch. */
export const liveLatencyFigures: readonly Figure[] = [
  figure(
    'live-durable',
    'p50 from a row on standard input until a watch sees it in the log; rows and puts take turns, and only a streamer runs',
    [1.5, 1.2],
    'durable',
  ),
  figure('live-subscriber', 'p50 from a row on standard input to a GraphQL subscriber', [4, 2], 'subscriber'),
  figure('live-subscriber-p99', 'the same, p99', [4, 2], 'subscriber', 0.99),
];
