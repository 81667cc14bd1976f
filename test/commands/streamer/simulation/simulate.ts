import { type LogIdentity } from '../../../../domain/log-identity.js';
import { instantOfMillis } from '../../../../domain/instant.js';
import { type Epoch, type SourceId } from '../../../../domain/ids.js';
import { type Samples, type Segment } from '../../../../domain/segment/segment.js';
import { streamAll } from '../../../../commands/streamer/streamer.js';
import { type StreamerEvent } from '../../../../commands/streamer/streamer-event.js';
import { type Streaming } from '../../../../commands/streamer/streaming.js';
import { never } from '../../../support/never.js';
import { Chance } from './chance.js';
import { type Connection, Network } from './network.js';
import { sourceOf } from './rows.js';
import { violations } from './verify.js';
import { type Broken, World } from './world.js';

/** What happened in one interleaving. */
export interface Simulated {
  readonly violations: readonly string[];
  readonly appliedEarlier: number;
  readonly appliedLate: number;
  readonly fencedByLane: number;
  readonly fencedBySource: number;
  readonly crashes: number;
  readonly trims: number;
}

interface Process {
  readonly connection: Connection;
  isOver: boolean;
}

const sources = ['a', 'b'].map((letter) => letter.repeat(32) as SourceId);
const calm = { lostRequest: 0, lostReply: 0, lateApply: 0 };
const stops = { stop: never, abandon: never };

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** With columns of its own: those of a batch stand where the next one's will. */
const kept = ({ series, times, seriesAt, timeAt, values, texts }: Samples): Samples => {
  const columns = { seriesAt: seriesAt.slice(), timeAt: timeAt.slice(), values: values.slice() };
  return { series, times, texts, ...columns };
};

/**
 * Two streamers stream the same two sources at the same time, over a network that loses and delays, while lanes expire,
 * streamers crash and are replaced, and retention trims. After some steps the faults end, and all must come to its end.
 */
export const simulate = async (seed: number, broken?: Broken): Promise<Simulated> => {
  const chance = new Chance(seed);
  const world = new World(broken);
  const badness = chance.next() * 0.25;
  const network = new Network(world, chance, { lostRequest: badness / 2, lostReply: badness, lateApply: badness });
  const segments = new Map<string, Segment>();
  const rows = new Map(sources.map((source) => [source, chance.between(0, 14)]));
  const tally = { appliedEarlier: 0, fencedByLane: 0, fencedBySource: 0, crashes: 0, trims: 0 };
  const report = (event: StreamerEvent) => {
    if (event.kind === 'appended' && event.how === 'applied-earlier') tally.appliedEarlier++;
    if (event.kind === 'fenced') tally[event.by === 'lane' ? 'fencedByLane' : 'fencedBySource']++;
  };

  const start = (): Process => {
    const connection = network.connect();
    const process: Process = { connection, isOver: false };
    const order = chance.happens(0.5) ? sources : [...sources].reverse();
    const streamables = order.map((id) => ({
      path: id,
      open: async () => sourceOf(id, rows.get(id)!, chance, () => new Promise<void>((done) => network.later(done))),
    }));
    const streaming: Streaming = {
      log: { log_id: 'simulated', epoch: 0 as Epoch, partitions: world.partitions, format: 1 } satisfies LogIdentity,
      store: connection,
      claims: connection,
      gauge: undefined,
      encode: (lent) => {
        const samples = kept(lent);
        return (header) => {
          const { source, claim, batch, part } = header;
          const name = [source, claim, batch, part].join('/');
          segments.set(name, { header, samples });
          return Buffer.from(name);
        };
      },
      now: () => instantOfMillis(0),
      clock: () => 0,
      pause: connection.pause,
      report,
      batch: { rows: chance.between(1, 5), ms: Infinity },
      inFlight: chance.between(1, 4),
      deadLetters: { count: 1000, bytes: 1e6 },
      speed: 'max',
      splitAbove: Infinity,
      loop: false,
      restamp: false,
    };
    const wishes = { again: false, loop: false, follow: false };
    void streamAll(streamables, wishes, streaming, stops).then(() => (process.isOver = true));
    return process;
  };

  const live = [start(), start()];
  const ownedLanes = () => new Set(live.map(({ connection }) => connection.claims.at(-1)?.claim.revision));
  const freeOrphans = () => {
    const owned = ownedLanes();
    for (const [lane, revision] of world.lanes) if (!owned.has(revision)) world.freeLane(lane as never, revision);
  };
  const misfortune = () => {
    const luck = chance.next();
    const process = chance.below(live.length);
    const { connection, isOver } = live[process]!;
    if (luck < 0.02) {
      world.trim(chance.below(world.partitions), chance.below(2), chance.between(1, 3));
      tally.trims++;
    } else if (luck < 0.035 && !isOver) {
      connection.cut();
      live[process] = start();
      tally.crashes++;
    } else if (luck < 0.06) {
      const held = connection.claims.at(-1);
      if (held) world.freeLane(held.claim.lane, held.claim.revision);
      if (held && chance.happens(0.5)) held.lose();
    } else if (luck < 0.1) {
      freeOrphans();
    } else if (luck < 0.2) {
      // Two that each believe the source theirs: only the compares keep their rows apart.
      world.readers.clear();
    }
  };

  for (let step = 0; live.some(({ isOver }) => !isOver); step++) {
    await turn();
    if (step < 120) misfortune();
    else if (step % 50 === 0) freeOrphans();
    if (step === 120) network.faults = calm;
    if (step > 20_000) return { ...tally, appliedLate: 0, violations: ['it does not come to its end'] };
    network.step();
  }
  for (; !network.isQuiet; await turn()) network.step();
  const streamed = new Map([...rows].filter(([, count]) => count > 0));
  const decode = (bytes: Uint8Array) => segments.get(Buffer.from(bytes).toString())!;
  return { ...tally, appliedLate: network.appliedLate, violations: violations(world, streamed, decode) };
};
