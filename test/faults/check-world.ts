import { setTimeout as pause } from 'node:timers/promises';
import { deviceOf } from '../../domain/device.js';
import { formatInstant } from '../../domain/instant.js';
import { beginning } from '../../domain/revision.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { type PartitionHeads } from '../../domain/build-watch.js';
import { type SystemSnapshot } from '../../domain/system-snapshot.js';
import { buildWatch } from '../../infra/etcd/build-watch.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { headRevision } from '../../infra/etcd/range.js';
import { takeSnapshot } from '../../infra/etcd/system-snapshot.js';
import { behind } from '../../projections/runner/catch-up.js';
import { never } from '../support/never.js';
import { runTelemetry } from '../support/telemetry.js';
import { type LiveSubscriber } from './live-subscriber.js';
import { areBuilt } from './resets.js';
import { RecordTally } from './record-tally.js';
import { type World } from './world.js';

const lookEveryMs = 100;
const partitionCount = 16;

/** Waits for something; what does not come in time is a problem of the system. @param seen what is there instead */
export const awaited = async (
  world: World,
  what: string,
  holds: () => Promise<boolean>,
  seen: () => Promise<string> = () => Promise.resolve(''),
): Promise<boolean> => {
  const started = Date.now();
  while (!(await holds().catch(() => false))) {
    if (Date.now() - started > world.patienceMs) {
      world.complain(`not within ${String(world.patienceMs / 1_000)} s: ${what} ${await seen().catch(String)}`);
      return false;
    }
    await pause(lookEveryMs);
  }
  return true;
};

const foldedOf = (snapshot: SystemSnapshot, projection: string): number =>
  snapshot.generations
    .filter(({ active, record }) => active && record.projection === projection)
    .flatMap(({ checkpoints }) => [...checkpoints.values()])
    .reduce((sum, { events }) => sum + events, 0);

const appendedIn = ({ sources }: SystemSnapshot): number => sources.reduce((sum, { events }) => sum + events, 0);

/** Folded so far by the projection that is furthest behind; history's checkpoint waits for its run's end. */
const folded = (snapshot: SystemSnapshot): number =>
  Math.min(...['gpu', 'host', 'cluster', 'health'].map((name) => foldedOf(snapshot, name)));

/** In every partition: a sum over them would let one that goes on stand for one that does not. */
const isFoldedTo = (heads: PartitionHeads, { generations }: SystemSnapshot): boolean =>
  generations
    .filter(({ active, record }) => active && record.projection !== 'history')
    .every(({ checkpoints }) => behind(heads, checkpoints).length === 0);

const servesFrom = async (gateway: string, revision: bigint): Promise<boolean> => {
  const response = await fetch(new URL('/api/v1/clusters', gateway), { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  return response.status === 200 && BigInt(response.headers.get('x-telemetry-revision') ?? '0') >= revision;
};

/** Milliseconds from the end of the last fault until each of these was as if there had been none. */
export interface Recovery {
  /** Everything appended by then was folded. */
  readonly folded: number;
  /** Every stream went on, and a thousand events more were appended. */
  readonly appended: number;
  /** Every collector there should be was there, and owned its share of the partitions (promise P6). */
  readonly shared: number;
  /** Every gateway answered at that revision. */
  readonly served: number;
  /** Every live subscriber had that revision. */
  readonly told: number;
}

/** Streams that have appended nothing since. */
const atRest = (world: World, before: SystemSnapshot, now: SystemSnapshot): readonly string[] =>
  world.supervised.sources.filter((stream) => {
    const eventsOf = ({ sources }: SystemSnapshot) => sources.find(({ path }) => path === stream)?.events ?? 0;
    return eventsOf(now) <= eventsOf(before);
  });

const isSharedOut = (world: World, { collectors }: SystemSnapshot): boolean => {
  const there = world.supervised.copies.collector + world.lone.filter(({ role }) => role === 'collector').length;
  const [least, most] = [Math.floor(partitionCount / there), Math.ceil(partitionCount / there)];
  const isFair = (owned: number): boolean => owned >= least && owned <= most;
  return collectors.length === there && collectors.every(({ partitions }) => isFair(partitions.length));
};

const describeShares = (world: World, { collectors }: SystemSnapshot): string =>
  `(${String(world.supervised.copies.collector)} supervised ones: ` +
  `${collectors.map(({ name, pid, partitions }) => `${name} ${String(pid)} has ${partitions.join(', ')}`).join('; ')}; ` +
  `alone run ${world.lone.map(({ name, pid }) => `${name} ${String(pid)}`).join(', ')})`;

/**
 * How long after the last fault everything went on and had caught up with what is there now.
 *
 * @param since when it was over, in milliseconds as `performance.now()` counts them
 */
export const recover = async (world: World, since: number): Promise<Recovery> => {
  const { etcd, keys } = world;
  const before = await takeSnapshot(etcd.client, keys, never);
  const heads = await buildWatch(etcd.client, keys, partitionCount).heads(never);
  const reached = (): Promise<SystemSnapshot> => takeSnapshot(etcd.client, keys, never);
  const timed = async (what: string, holds: () => Promise<boolean>, seen?: () => Promise<string>): Promise<number> => {
    await awaited(world, what, holds, seen);
    return performance.now() - since;
  };
  const gateways = await world.gateways();
  const [folding, appended, shared, served, told] = await Promise.all([
    timed('everything appended is folded', async () => isFoldedTo(heads, await reached())),
    timed('every stream goes on', async () => {
      const now = await reached();
      return appendedIn(now) >= appendedIn(before) + 1_000 && atRest(world, before, now).length === 0;
    }),
    timed(
      'every collector owns its share',
      async () => isSharedOut(world, await reached()),
      async () => describeShares(world, await reached()),
    ),
    Promise.all(gateways.map((one) => timed(`${one} serves all`, () => servesFrom(one, before.revision)))),
    Promise.all(
      world.subscribers.map((one) => timed('a subscriber has all', async () => one.last.revision >= before.revision)),
    ),
  ]);
  return { folded: folding, appended, shared, served: Math.max(...served), told: Math.max(...told) };
};

/** Brings all streams to rest and waits until all is folded, and all that is being built anew has taken over. */
export const quiesce = async (world: World): Promise<void> => {
  world.imports.pause();
  const importing = world.lone.filter(({ role }) => role === 'streamer');
  importing.forEach((one) => one.leave());
  const copies = world.supervised.copies.streamer;
  await world.supervised.scale({ streamer: 0 });
  world.supervised.copies.streamer = copies;
  await awaited(world, 'streams come to rest', async () => importing.every(({ pid }) => pid === undefined));
  // First: what takes over has all that its predecessor had when it was looked at, and may have a segment to go.
  await awaited(world, 'all that is built anew has taken over', async () =>
    areBuilt((await takeSnapshot(world.etcd.client, world.keys, never)).generations),
  );
  await awaited(world, 'all is folded', async () => {
    const snapshot = await takeSnapshot(world.etcd.client, world.keys, never);
    return folded(snapshot) === appendedIn(snapshot);
  });
};

export const goOn = async (world: World): Promise<void> => {
  world.imports.resume();
  await world.supervised.scale({ streamer: world.supervised.copies.streamer });
};

interface Verified {
  readonly ok?: boolean;
  readonly faults?: readonly string[];
  readonly differences?: readonly unknown[];
}

const verify = async (world: World, ...command: readonly string[]): Promise<void> => {
  const run = await runTelemetry([...command, '--json', '--etcd', world.etcd.endpoints.join(',')]);
  if (run.code === 0) return;
  const verdict = (run.stdout === '' ? {} : JSON.parse(run.stdout)) as Verified;
  const found = [...(verdict.faults ?? []), ...(verdict.differences ?? []).map((one) => JSON.stringify(one))];
  world.complain(`telemetry ${command.join(' ')}: ${found.slice(0, 5).join('; ')}${run.stderr.slice(-1_000)}`);
};

/** The records that a subscriber should have had, by reading the log. */
const expected = async (world: World, { hostname }: LiveSubscriber): Promise<RecordTally> => {
  const { client } = world.etcd;
  const log = new EtcdLogReader(client, world.keys, 16);
  const tally = new RecordTally();
  const head = await headRevision(client, never);
  for await (const { entries } of log.list({ kind: 'everything' }, beginning, head, never)) {
    for (const { revision, partition, bytes } of entries) {
      const decoded = decodeSegment(bytes);
      if (decoded._tag === 'Left') continue;
      const { header, samples } = decoded.right;
      const devices = samples.series.map((series) => deviceOf(header.cluster, series));
      const records = new Set<string>();
      for (let event = 0; event < samples.values.length; event++) {
        const device = devices[samples.seriesAt[event]!]!;
        if (hostname !== undefined && device.hostname !== hostname) continue;
        records.add(`${device.uuid} ${formatInstant(samples.times[samples.timeAt[event]!]!.at)}`);
      }
      for (const record of records) {
        const [uuid, timestamp] = record.split(' ') as [string, string];
        tally.add(revision, partition, uuid, timestamp);
      }
    }
  }
  return tally;
};

const checkSubscriber = async (world: World, one: LiveSubscriber): Promise<void> => {
  const wanted = await expected(world, one);
  await awaited(world, 'a subscriber has had everything', async () => one.tally.records >= wanted.records);
  for (const difference of wanted.differences(one.tally)) {
    world.complain(`a subscriber${one.hostname === undefined ? '' : ' of one host'} had at ${difference}`);
  }
};

/** All that must hold while nothing is streamed. */
export const checkWorld = async (world: World): Promise<void> => {
  await Promise.all([verify(world, 'verify'), verify(world, 'projections', 'verify')]);
  await verify(world, 'log', 'verify');
  for (const one of world.subscribers) await checkSubscriber(world, one);
};

/** Every row of the files that were imported to their end is one event, or one dead letter when it is bad. */
export const checkImports = async (world: World): Promise<void> => {
  const sources = new Map((await world.observer.sources()).map((source) => [source.path, source]));
  for (const { path, rows, bad } of world.imports.files) {
    const source = sources.get(path);
    const [events, letters] = [source?.events ?? 0, source?.dead_letters ?? 0];
    if (source?.state === 'ended' && events === rows - bad && letters === bad) continue;
    world.complain(
      `${path}: of ${String(rows)} rows, ${String(bad)} of them bad, came ${String(events)} events and ` +
        `${String(letters)} dead letters (${source?.state ?? 'not begun'})`,
    );
  }
};
