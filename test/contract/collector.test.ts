import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { type Membership } from '../../domain/collector-group.js';
import { projectionNames } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { transact } from '../../infra/etcd/transaction.js';
import { projections } from '../../projections/projections.js';
import { type CollectorPorts } from '../../projections/runner/surroundings.js';
import { type CollectorSetup, type CollectorWorld, Operator, type TestCollector } from '../support/collectors.js';
import { etcdForSuite, freshPrefix, startTestEtcd } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { FleetLog } from '../support/fleet-log.js';
import { FoldedLog } from '../support/folded-log.js';
import { full } from '../support/full-counts.js';

const fleet = { hosts: 12, gpusPerHost: 2, metrics: 3 };
const partitions = 8;

describe('a collector', () => {
  const etcd = etcdForSuite();
  let folded: FoldedLog;
  let world: CollectorWorld;
  let client: Etcd3;
  let log: FleetLog;
  let operator: Operator;

  const collector = (setup?: CollectorSetup, where?: CollectorWorld) => folded.collector(setup, where);
  const owned = (one: TestCollector) => one.newest?.partitions.length ?? 0;
  const sharesAre = (what: string, ones: readonly TestCollector[], sizes: readonly number[]) =>
    eventually(what, () => JSON.stringify(ones.map(owned).sort()) === JSON.stringify([...sizes].sort()));

  beforeEach(() => {
    folded = new FoldedLog(etcd().endpoints, partitions, fleet);
    ({ client, log, operator, world } = folded);
  });
  afterEach(async () => {
    await folded.close();
  });

  it('P2: folds what was there and what comes, every event once, into the documents of the plain fold', async () => {
    await log.append(20);
    await collector();
    await operator.caughtUp(log.events);
    await log.stream(20, 5);
    await log.append(1, 'ended');
    const verdict = await operator.verify(60_000);
    assert.deepEqual(verdict, {
      ok: true,
      rows: log.events,
      events: log.events,
      ...{ dead_letters: 0, replayed: 0, discarded: 0, quarantined: [], lost_events: 0 },
      folded: { gpu: log.events, host: log.events, cluster: log.events, history: log.events, health: log.events },
      clusters: 1,
      hosts: fleet.hosts,
      gpus: log.gpus,
      records: log.gpus * log.steps,
      faults: [],
    });
    await operator.assertSound();
  });

  it('P2: history is written when its runs end, and what is open counts as folded', async () => {
    const world4 = { ...world, keys: new Keys(freshPrefix()) };
    const large = new FleetLog(client, world4.keys, partitions, { hosts: 1, gpusPerHost: 8, metrics: 2, noise: 8_192 });
    const own = new Operator(world4);
    await collector({}, world4);
    await large.stream(25);
    await own.caughtUp(large.events);
    const written = (await own.snapshot()).generations.find(({ record }) => record.projection === 'history');
    const events = [...written!.checkpoints.values()].map((checkpoint) => checkpoint.events);
    assert.ok(
      events.length === 1 && events[0]! > 0 && events[0]! < large.events,
      `written of ${String(large.events)}: ${String(events)}`,
    );
    await own.assertSound();
    own.close();
  });

  it('P6: partitions are shared as members come and go, and a graceful leave hands over within a second', async () => {
    const first = await collector();
    await sharesAre('one owns all', [first], [8]);
    const others = [await collector(), await collector()];
    await sharesAre('three share', [first, ...others], [3, 3, 2]);
    const streaming = new AbortController();
    const done = log.stream(10_000, 40, streaming.signal);
    await eventually('something is folded', async () => (await operator.verify()).folded.gpu > 0);
    const left = performance.now();
    const partition = first.newest!.partitions;
    await first.stop();
    await sharesAre('two share', others, [4, 4]);
    console.log(`      ${String(partition.length)} partitions handed over ${ms(left)} after the request to leave`);
    streaming.abort();
    await done;
    await operator.caughtUp(log.events);
    await operator.assertSound();
  });

  it('P6: who leaves says so before any partition is free, so that all share them out alike', async () => {
    const asked: string[] = [];
    const watched = (one: Membership): Membership => ({
      ...one,
      announce: async (told, signal) => {
        await pause(50);
        const stands = await one.announce(told, signal);
        if (told.folds.length === 0) asked.push('leaves');
        return stands;
      },
      release: async (claims, signal) => {
        asked.push('gives up');
        await one.release(claims, signal);
      },
    });
    const ports = (real: CollectorPorts): CollectorPorts => ({
      ...real,
      group: { ...real.group, join: async (...given) => watched(await real.group.join(...given)) },
    });
    const leaver = await collector({ ports });
    await sharesAre('one owns all', [leaver], [8]);
    await leaver.stop();
    assert.deepEqual(asked.slice(0, 2), ['leaves', 'gives up']);
  });

  it('P6: what is announced and does not arrive is announced again, though nothing happens meanwhile', async () => {
    let lost = 0;
    const losing = (one: Membership): Membership => ({
      ...one,
      // The first two that tell of partitions.
      announce: (told, signal) =>
        told.partitions.length > 0 && lost++ < 2 ? Promise.resolve(false) : one.announce(told, signal),
    });
    const ports = (real: CollectorPorts): CollectorPorts => ({
      ...real,
      group: { ...real.group, join: async (...given) => losing(await real.group.join(...given)) },
    });
    await collector({ ports });
    await eventually('everybody knows what it owns', async () => {
      const [one] = (await operator.snapshot()).collectors;
      return one?.partitions.length === partitions;
    });
    assert.ok(lost >= 2, String(lost));
  });

  it('R1: tells the others while what queries answer from is behind, so that what they build gives way', async () => {
    await log.append(5);
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const behind = (real: CollectorPorts): CollectorPorts => ({
      ...real,
      log: {
        head: (signal) => real.log.head(signal),
        list: (...given) => real.log.list(...given),
        passedBy: (...given) => real.log.passedBy(...given),
        async *follow(...given) {
          await opened;
          yield* real.log.follow(...given);
        },
      },
    });
    await collector({ ports: behind });
    const told = async () => (await operator.snapshot()).collectors[0]?.behind;
    await eventually('it says in how many partitions', async () => (await told()) === partitions);
    open();
    await eventually('it has caught up and says no more', async () => (await told()) === undefined);
    await operator.caughtUp(log.events);
  });

  it('P6: after a crash the others take over when the lease has run out', async () => {
    const lost = await collector({ leaseSeconds: 2 });
    await log.append(5);
    await operator.caughtUp(log.events);
    const other = await collector({ leaseSeconds: 2 });
    await sharesAre('two share', [lost, other], [4, 4]);
    await lost.abandon();
    const crashed = performance.now();
    await log.append(5);
    await operator.caughtUp(log.events);
    console.log(`      taken over ${ms(crashed)} after the crash, with a lease of 2 s`);
    await sharesAre('the other owns all', [other], [8]);
    await operator.assertSound();
  });

  it('P2: abandoned again and again at any point, the documents equal the fold from the beginning', async () => {
    const rounds = full ? 60 : 1;
    const streaming = new AbortController();
    const done = log.stream(100_000, 40, streaming.signal);
    for (let round = 0; round < rounds; round++) {
      const one = await collector({ leaseSeconds: 1 });
      const two = await collector({ leaseSeconds: 1 });
      await eventually('something is folded', () => (one.newest?.commits ?? 0) + (two.newest?.commits ?? 0) > 0);
      await pause(Math.random() * 500);
      await Promise.all([one.abandon(), two.stop()]);
    }
    streaming.abort();
    await done;
    await collector();
    await operator.caughtUp(log.events);
    await operator.assertSound();
  });

  it('P6: who owns again what it lost with its lease reads no segment of an open run again', async () => {
    let decoded = 0;
    const counting = (real: CollectorPorts): CollectorPorts => ({
      ...real,
      decode: (...of) => {
        decoded++;
        return real.decode(...of);
      },
    });
    const one = await collector({ leaseSeconds: 2, ports: counting });
    await log.stream(20);
    await operator.caughtUp(log.events);
    // Until now it may have been lost in the middle of a commit, behind which all is loaded anew.
    const before = { decoded, segments: log.segments };
    one.proxy.refuse();
    await eventually('its lease is lost', async () => (await operator.snapshot()).collectors.length === 0);
    one.proxy.pass();
    await eventually('it has joined again', async () => (await operator.snapshot()).collectors.length === 1);
    await log.stream(5);
    await operator.caughtUp(log.events);
    assert.match(one.notices.join('\n'), /The lease was lost; joined again/);
    assert.equal(decoded - before.decoded, log.segments - before.segments);
    await operator.assertSound();
  });

  it('P6: what is ready in a fold that is gone on with is committed, also when nothing more is appended', async () => {
    const noisy = new FleetLog(client, world.keys, partitions, { hosts: 1, gpusPerHost: 8, metrics: 2, noise: 8_192 });
    let isHeld = true;
    const holding = projections.map((one) => {
      if (one.name !== 'history') return one;
      const open: typeof one.open = (...given) => {
        const fold = one.open(...given);
        return { fold: (...of) => fold.fold(...of), take: () => (isHeld ? undefined : fold.take()) };
      };
      return { ...one, open };
    });
    const one = await collector({ leaseSeconds: 1, projections: holding });
    await noisy.stream(20);
    await noisy.append(1, 'ended');
    const eventsOf = async (name: string) =>
      (await operator.snapshot()).generations
        .filter(({ record }) => record.projection === name)
        .flatMap(({ checkpoints }) => [...checkpoints.values()])
        .reduce((sum, { events }) => sum + events, 0);
    await eventually('the others have committed', async () => (await eventsOf('gpu')) === noisy.events);
    one.proxy.refuse();
    await eventually('its lease is lost', async () => (await operator.snapshot()).collectors.length === 0);
    isHeld = false;
    one.proxy.pass();
    await eventually('history is committed', async () => (await eventsOf('history')) > 0);
    await operator.caughtUp(noisy.events);
    await operator.assertSound();
  });

  it('P1: commits whose answers are lost are settled, not doubled', async () => {
    const streaming = new AbortController();
    const done = log.stream(100_000, 40, streaming.signal);
    const one = await collector({ deadlineMs: 250, leaseSeconds: 10 });
    await eventually('something is folded', () => (one.newest?.commits ?? 0) > 0);
    const wanted = full ? 50 : 2;
    for (let cuts = 0; (one.newest?.settled_commits ?? 0) < wanted; cuts++) {
      assert.ok(cuts < 2_000, 'commits must have been caught between sending and answer');
      one.proxy.holdReplies();
      await pause(120 + Math.random() * 100);
      one.proxy.cut();
      one.proxy.pass();
      await pause(150);
    }
    streaming.abort();
    await done;
    await operator.caughtUp(log.events);
    await eventually('its figures are told', () => (one.newest?.settled_commits ?? 0) > 0);
    console.log(`      ${String(one.newest?.settled_commits)} commits found applied earlier`);
    await operator.assertSound();
  });

  it('P1: a claim taken away in the middle refuses the owner, who loads anew', async () => {
    const one = await collector();
    const streaming = new AbortController();
    const done = log.stream(100_000, 40, streaming.signal);
    await eventually('something is folded', () => (one.newest?.commits ?? 0) > 0);
    for (let round = 0; round < (full ? 5 : 2); round++) {
      const partition = log.partitionOfHost(round);
      const key = world.keys.claim({ projection: 'host', generation: 1, partition });
      await transact(client, { compares: [], operations: [{ kind: 'delete', key }] });
      await pause(100);
    }
    streaming.abort();
    await done;
    await eventually('it has been refused and goes on', () => (one.newest?.refused_commits ?? 0) > 0);
    await operator.caughtUp(log.events);
    await operator.assertSound();
  });

  it('P5: goes on by itself when etcd is killed and comes back', async () => {
    const own = await startTestEtcd();
    const there = { ...world, endpoints: own.endpoints };
    const writer = createClient({ endpoints: own.endpoints });
    const fleetLog = new FleetLog(writer, world.keys, partitions, fleet);
    const watcher = new Operator(there);
    const one = await collector({}, there);
    try {
      for (let round = 0; round < (full ? 3 : 1); round++) {
        await fleetLog.stream(20, 2);
        await own.restart();
        await fleetLog.stream(20, 2);
      }
      await watcher.caughtUp(fleetLog.events);
      await watcher.assertSound();
    } finally {
      await one.stop();
      watcher.close();
      writer.close();
      await own.stop();
    }
  });

  it('L6: a damaged segment stops its partition with key and reason, and the others go on', async () => {
    await log.append(3);
    const partition = log.partitionOfHost(0);
    const key = await log.appendDamaged(partition);
    const one = await collector();
    await log.append(3);
    await eventually('it is told', () => (one.newest?.stopped.length ?? 0) === projectionNames.length);
    assert.deepEqual(
      one.newest?.stopped.map((stop) => [stop.partition, stop.key]),
      projectionNames.map(() => [partition, key]),
    );
    await eventually('the others are folded, and what came before', async () => {
      const rows = await operator.list();
      return (
        rows.length === projectionNames.length &&
        rows.filter(({ name }) => name !== 'history').every((row) => row.lag_segments === 2)
      );
    });
    const stop = async () => (await operator.list())[0]?.stopped[0];
    await eventually('everybody is told', async () => (await stop()) !== undefined);
    const { key: told, reason } = (await stop())!;
    assert.equal(told, key);
    assert.match(reason, /damaged/);
  });

  it('P7: commits at once when idle, and at most one per partition and 200 ms under load', async () => {
    const commits = new Map<Partition, number[]>();
    const one = await collector({
      ports: (real) => ({
        ...real,
        models: {
          ...real.models,
          commit: (step, signal) => {
            const { projection, partition } = step.part;
            const times = commits.get(partition) ?? [];
            if (projection === 'gpu') commits.set(partition, [...times, performance.now()]);
            return real.models.commit(step, signal);
          },
        },
      }),
    });
    await sharesAre('it owns all', [one], [8]);
    const idle = performance.now();
    await log.append(1);
    await operator.caughtUp(log.events);
    console.log(`      a single append was folded ${ms(idle)} after it`);
    commits.clear();
    const loaded = performance.now();
    await log.stream(full ? 200 : 80, 4);
    await operator.caughtUp(log.events);
    for (const times of commits.values()) {
      // From before the first turn to behind the last: what is counted is the sending, which may come long after its turn.
      const took = times.at(-1)! - loaded;
      assert.ok((times.length - 1) * 200 <= took, `${String(times.length)} commits in ${String(took)} ms`);
    }
  });

  it('R2: a program whose version of a projection is lower than the active one refuses to start', async () => {
    const newer = await collector({ projections: projections.map((one) => ({ ...one, version: one.version + 1 })) });
    await eventually('it has joined', () => newer.newest !== undefined);
    const { end: ending } = await collector();
    const end = await ending;
    assert(end.kind === 'refused');
    assert.match(end.reasons[0]!, /projection gpu is active in version 2, and this program has version 1/);
    assert.equal(end.reasons.length, projectionNames.length);
  });

  it('P3: ten collectors that start at once make one generation of each and share the rest', async () => {
    await log.append(5);
    const ten = await Promise.all(Array.from({ length: 10 }, () => collector()));
    await sharesAre('eight own one each', ten, [0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
    await operator.caughtUp(log.events);
    await operator.assertSound();
  });
});

const ms = (since: number): string => `${String(Math.round(performance.now() - since))} ms`;
