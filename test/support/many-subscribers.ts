import { WebSocket } from 'ws';

/*
 * Run as a program of its own, `many-subscribers ORIGIN READERS SILENT UUID…`: thousands of real sockets that follow live
 * telemetry, half by GraphQL and half by `/ws`, and some GraphQL subscribers that never read. It tells its parent how
 * they do when it is asked, and lets those that never read begin when it is told to.
 */

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What the parent is told. */
export interface SubscriberFigures {
  readonly open: number;
  readonly updates: number;
  /** Readers that were closed. */
  readonly lost: number;
  /** Updates that `/ws` left out for readers. */
  readonly skipped: number;
  /** The fewest updates that a reader has had since the parent began to measure. */
  readonly fewest: number;
  /** Milliseconds between the time of an update and its arrival, of those since the parent began to measure. */
  readonly delay: Quantiles;
  /** Milliseconds between the first reader's arrival of an update and each other's. */
  readonly behindFirst: Quantiles;
  /** Closing codes of those that never read, as they see them once they do. */
  readonly silentCodes: readonly number[];
}

const [origin = '', readers = '0', silent = '0', ...uuids] = process.argv.slice(2);
const base = origin.replace('http', 'ws');
let [open, updates, lost, skipped] = [0, 0, 0, 0];
let [delays, behind]: [number[], number[]] = [[], []];
/** When the first reader had an update. */
let firsts = new Map<string, number>();
const noneYet = (): number[] => Array.from({ length: Number(readers) }, () => 0);
/** Updates of each reader since the parent began to measure. */
let had = noneYet();
const silentCodes: number[] = [];
const held: WebSocket[] = [];

const took = (reader: number, timestamp: string): void => {
  updates++;
  had[reader]!++;
  delays.push(Date.now() - Date.parse(timestamp));
  const [update, now] = [`${uuids[reader % uuids.length]!} ${timestamp}`, performance.now()];
  const first = firsts.get(update) ?? now;
  if (first === now) firsts.set(update, now);
  behind.push(now - first);
};

const graphql = (query: string, onNext: (data: { telemetry: { timestamp: string } }) => void, onOpen: () => void) => {
  const socket = new WebSocket(`${base}/graphql`, 'graphql-transport-ws');
  socket.on('error', () => undefined);
  socket.once('open', () => socket.send('{"type":"connection_init"}'));
  socket.on('message', (text: Buffer) => {
    const message = JSON.parse(text.toString()) as { type: string; payload: { data: never } };
    if (message.type === 'connection_ack') {
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      onOpen();
    } else if (message.type === 'next') onNext(message.payload.data);
  });
  return socket;
};

const plain = (uuid: string, onUpdate: (timestamp: string) => void, onOpen: () => void) => {
  const socket = new WebSocket(`${base}/ws`);
  socket.on('error', () => undefined);
  socket.once('open', () =>
    socket.send(
      JSON.stringify({ type: 'subscribe', topic: 'telemetry', snapshot: false, filters: { gpu_uuid: uuid } }),
    ),
  );
  socket.on('message', (text: Buffer) => {
    const message = JSON.parse(text.toString()) as { type: string; timestamp: string; skipped?: number };
    if (message.type === 'subscribed') onOpen();
    if (message.type !== 'telemetry_update') return;
    skipped += message.skipped ?? 0;
    onUpdate(message.timestamp);
  });
  return socket;
};

const reader = (n: number): Promise<void> =>
  new Promise((resolve) => {
    const uuid = uuids[n % uuids.length]!;
    const opened = (): void => {
      open++;
      resolve();
    };
    const query = `subscription { telemetry(gpuUuid: ${JSON.stringify(uuid)}) { timestamp gpuUtilization cursor } }`;
    const socket =
      n % 2 === 0
        ? graphql(query, ({ telemetry }) => took(n, telemetry.timestamp), opened)
        : plain(uuid, (timestamp) => took(n, timestamp), opened);
    socket.once('close', () => lost++);
    held.push(socket);
  });

const everything = `subscription { telemetry { telemetryId timestamp gpuId uuid device modelName hostname metrics
  gpuUtilization memoryUtilization memoryUsedMb memoryFreeMb temperature powerDraw smClockMhz clusterId cursor } }`;

const neverReads = (): Promise<void> =>
  new Promise((resolve) => {
    const socket = graphql(
      everything,
      () => undefined,
      () => {
        socket.pause();
        open++;
        resolve();
      },
    );
    socket.once('close', (code) => silentCodes.push(code));
    held.push(socket);
    process.on('message', (text) => text === 'read' && socket.resume());
  });

const rank = (sorted: readonly number[], share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;

const quantiles = (values: readonly number[]): Quantiles => {
  const sorted = [...values].sort((a, b) => a - b);
  return { p50: rank(sorted, 0.5), p99: rank(sorted, 0.99), max: sorted.at(-1) ?? 0 };
};

const figures = (): SubscriberFigures => {
  return {
    ...{ open, updates, lost, skipped, silentCodes },
    fewest: had.reduce((a, b) => Math.min(a, b), Infinity),
    delay: quantiles(delays),
    behindFirst: quantiles(behind),
  };
};

process.setMaxListeners(100);
process.on('message', (text) => {
  if (text === 'figures') process.send?.(figures());
  if (text === 'measure') [delays, behind, firsts, had] = [[], [], new Map<string, number>(), noneYet()];
  if (text === 'silence') for (let n = 0; n < Number(silent); n++) void neverReads();
});
process.on('disconnect', () => process.exit(0));
// Fifty at a time, as many clients of a dashboard would come.
for (let n = 0; n < Number(readers); n += 50)
  await Promise.all(Array.from({ length: Math.min(50, Number(readers) - n) }, (_, i) => reader(n + i)));
