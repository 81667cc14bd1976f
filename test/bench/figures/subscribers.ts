import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../support/eventually.js';
import { expectedFleet } from '../../support/expected-fleet.js';
import type { SubscriberFigures } from '../../support/many-subscribers.js';
import { type ExportOptions } from '../../../data/passes.js';
import { usualExport, writeBenchExport } from '../bench-import.js';
import { type Figure, type Place } from '../figure.js';
import { peakMegabytes } from '../../support/peak-megabytes.js';
import { withSystem } from '../whole-system.js';

const readers = 10_000;
const measureMs = 20_000;
const program = fileURLToPath(new URL('../../support/many-subscribers.js', import.meta.url));
/** One instant of every GPU a second, so that each subscriber is told something once a second. */
const everySecond: ExportOptions = { ...usualExport, interval: 1, steps: 30 };

interface Seen {
  /** Milliseconds from the time of an update to its arrival. */
  readonly p99: number;
  readonly megabytes: number;
}

const subscribeAll = async (place: Place): Promise<Seen> => {
  const source = await writeBenchExport(place, everySecond);
  let seen: Seen | undefined;
  await withSystem(place, source, async (system) => {
    const { gateways, processes } = await system.figures();
    const uuids = [...expectedFleet(source).gpus.keys()];
    const child = fork(program, [gateways[0]!, String(readers), '0', ...uuids]);
    try {
      const ask = async (): Promise<SubscriberFigures> => {
        const told = once(child, 'message');
        child.send('figures');
        return (await told)[0] as SubscriberFigures;
      };
      const open = async () => (await ask()).open === readers;
      await eventually('all have subscribed', open, { withinMs: 300_000, everyMs: 500 });
      child.send('measure');
      const before = await ask();
      await pause(measureMs);
      const { delay, updates, lost } = await ask();
      if (lost > 0) throw new Error(`${String(lost)} subscribers were closed`);
      const gateway = processes.find(({ role }) => role === 'gateway')!;
      seen = { p99: delay.p99, megabytes: await peakMegabytes(gateway.pid) };
      const rate = (updates - before.updates) / (measureMs / 1_000);
      place.say(
        `${String(readers)} subscribers, ${rate.toFixed(0)} updates a second; p50 ${delay.p50.toFixed(0)} ms, ` +
          `p99 ${delay.p99.toFixed(0)} ms; gateway ${seen.megabytes.toFixed(0)} MB`,
      );
    } finally {
      child.kill('SIGKILL');
    }
  });
  return seen!;
};

const measure =
  (what: keyof Seen) =>
  async (place: Place, rounds: number): Promise<readonly number[]> => {
    const values: number[] = [];
    for (let round = 0; round < rounds; round++) values.push((await subscribeAll(place))[what]);
    return values;
  };

const inTheWay =
  'all GPUs are sampled in the same instant, so that 10,000 messages leave together, each in a write of its own: 12 µs of ' +
  'processor time, most of it in that write, and as much at who reads them. The first comes 45 ms after its time: the ' +
  'rows are read, appended and watched by then, and what each message says is made; the last 120 ms behind it.';

/** Live telemetry at 1 Hz for ten thousand sockets in another process, half by GraphQL and half by `/ws`. */
export const subscriberFigures: readonly Figure[] = [
  {
    name: 'subscribers',
    what: 'p99 from the time of an update to its arrival, of 10,000 WebSocket subscribers at 1 Hz',
    ...{ unit: 'ms', better: 'less', atLeast: 250, aim: 100, inTheWay, measure: measure('p99') },
  },
  {
    name: 'subscribers-memory',
    what: 'memory of the gateway of 10,000 WebSocket subscribers',
    ...{ unit: 'MB', better: 'less', atLeast: 1_074, aim: 537, measure: measure('megabytes') },
  },
];
