import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { projectionNames } from '../../domain/generation.js';
import { type Lane, type Sequence } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { TrimHorizon } from '../../domain/trim-horizon.js';
import { toJson } from '../../infra/etcd/stored-json.js';
import { EtcdTrimStore } from '../../infra/etcd/trim-store.js';
import { type Projection } from '../../projections/projection.js';
import { projections } from '../../projections/projections.js';
import { type CollectorSetup, type CollectorWorld, type Operator, type TestCollector } from '../support/collectors.js';
import { etcdForSuite } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { FleetLog } from '../support/fleet-log.js';
import { FoldedLog } from '../support/folded-log.js';
import { full } from '../support/full-counts.js';
import { never } from '../support/never.js';
import { type Rebuilds } from '../support/rebuilds.js';

const partitions = 4;
const fleet = { hosts: 6, gpusPerHost: 2, metrics: 3 };

/** All projections, with another version of gpu. */
const withGpu = (version: number, change: Partial<Projection> = {}): readonly Projection[] =>
  projections.map((one) => (one.name === 'gpu' ? { ...one, version, ...change } : one));

const brokenFold: Projection['open'] = () => ({
  fold: () => {
    throw new Error('no such field');
  },
  take: () => undefined,
});

describe('a projection that is built anew', () => {
  const etcd = etcdForSuite();
  let folded: FoldedLog;
  let world: CollectorWorld;
  let client: Etcd3;
  let log: FleetLog;
  let operator: Operator;
  let rebuilds: Rebuilds;
  let running: TestCollector[];

  const collector = (setup?: CollectorSetup) => folded.collector(setup);
  const goneFromEtcd = (build: Parameters<Rebuilds['stored']>[0]) =>
    eventually(`nothing is left of ${build.projection} ${String(build.generation)}`, async () => {
      return (await rebuilds.stored(build)).size === 0;
    });

  beforeEach(() => {
    folded = new FoldedLog(etcd().endpoints, partitions, fleet);
    ({ client, log, operator, rebuilds, running, world } = folded);
  });
  afterEach(async () => {
    await folded.close();
  });

  it('R1: is byte for byte what it was, and what was before is deleted', async () => {
    await log.append(10);
    await collector();
    await operator.caughtUp(log.events);
    const before = await rebuilds.storedOfAll();
    const old = await Promise.all(projectionNames.map((name) => rebuilds.active(name)));
    const builds = await Promise.all(projectionNames.map((name) => rebuilds.reset(name)));
    await Promise.all(builds.map((build) => rebuilds.switched(build)));
    assert.deepEqual(await rebuilds.storedOfAll(), before);
    await Promise.all(old.map(goneFromEtcd));
    await operator.assertSound();
  });

  it('R1: goes on folding while the log grows, and loses nothing at the switch', async () => {
    await log.append(20);
    await Promise.all([collector(), collector()]);
    await operator.caughtUp(log.events);
    const streaming = new AbortController();
    const done = log.stream(100_000, 40, streaming.signal);
    const builds = await Promise.all(projectionNames.map((name) => rebuilds.reset(name)));
    await Promise.all(builds.map((build) => rebuilds.switched(build)));
    streaming.abort();
    await done;
    await operator.caughtUp(log.events);
    await operator.assertSound();
  });

  it('R1: a reset of a reset takes its place, and no number is used again', async () => {
    await log.append(5);
    const [first, second] = [await startedBeforeCollectors(), await rebuilds.reset('gpu')];
    assert.deepEqual([first.generation, second.generation], [2, 3]);
    assert.equal((await rebuilds.cancel('gpu'))?.generation, 3);
    assert.equal(await rebuilds.cancel('gpu'), undefined);
    const third = await rebuilds.reset('gpu');
    assert.equal(third.generation, 4);
    await collector();
    await rebuilds.switched(third);
    await operator.caughtUp(log.events);
    await operator.assertSound();
  });

  /** A build that nobody folds yet. */
  const startedBeforeCollectors = async () => {
    const one = await collector();
    await operator.caughtUp(log.events);
    await one.stop();
    return rebuilds.reset('gpu');
  };

  it('R6: what is being built holds retention, what was cancelled does not, and each changes the registry', async () => {
    const large = new FleetLog(client, world.keys, partitions, { hosts: 1, gpusPerHost: 8, metrics: 2, noise: 8_192 });
    await large.stream(20);
    const one = await collector();
    await operator.caughtUp(large.events);
    await one.stop();
    const trims = new EtcdTrimStore(client, world.keys, partitions);
    const look = async () => {
      const floors = await trims.floors(never);
      assert(floors.kind === 'answered');
      return { floor: floors.value.folded.get(large.partitionOfHost(0))!.before, registry: floors.value.registry };
    };
    const before = await look();
    assert.ok(before.floor > 0n, 'history has written a run');
    await rebuilds.reset('gpu');
    const building = await look();
    assert.equal(building.floor, 0n);
    await rebuilds.cancel('gpu');
    const cancelled = await look();
    assert.equal(cancelled.floor, before.floor);
    assert.equal(new Set([before, building, cancelled].map(({ registry }) => registry)).size, 3);
  });

  it('R1: a trimmed log is refused with what is missing, and nothing is changed; R3: built partially when asked to', async () => {
    await log.append(1);
    await collector();
    await operator.caughtUp(log.events);
    const cut = log.head;
    await log.append(1);
    await operator.caughtUp(log.events);
    const partition = log.partitionOfHost(0);
    const horizon: TrimHorizon = {
      ...{
        from: (cut + 1n) as Revision,
        lanes: [{ lane: 0 as Lane, first: 1 as Sequence }],
        segments: 1,
        events: 30,
        bytes: 100,
      },
      appended_before: 1_750_000_001_000_000_000n as Instant,
    };
    await client.put(world.keys.trimmed(partition)).value(toJson(TrimHorizon, horizon));
    const before = await rebuilds.view();
    const refused = await rebuilds.ask('gpu');
    assert(refused.kind === 'refused');
    assert.match(
      refused.reason,
      /1 segments with 30 events, appended up to 2025-06-15T\S+ \(partition \d+ before revision/,
    );
    assert.deepEqual((await rebuilds.view()).generations, before.generations);

    const partial = await rebuilds.ask('gpu', 'build partially');
    assert(partial.kind === 'started' && partial.record.partial);
    await rebuilds.switched(partial.record);
    const row = (await operator.list()).find(({ name }) => name === 'gpu');
    assert.deepEqual([row?.partial, row?.lag_segments, row?.generation], [true, 0, '2']);
    assert.ok(row!.events < log.events);
    const whole = await operator.verify(0);
    assert.deepEqual(
      whole.faults.filter((fault) => fault.includes('projection gpu')),
      [],
    );
    assert.equal(whole.folded.gpu, whole.events - horizon.events);
    const verified = await operator.verifyProjections();
    assert.deepEqual([verified.differences, verified.partial], [[], true]);
  });

  it('R2: a higher version builds and switches by itself, beside collectors of the older', async () => {
    await log.append(10);
    const old = await collector();
    await operator.caughtUp(log.events);
    const streaming = new AbortController();
    const done = log.stream(100_000, 40, streaming.signal);
    const young = [await collector({ projections: withGpu(2) }), await collector({ projections: withGpu(2) })];
    await rebuilds.switched({ projection: 'gpu', generation: 2 });
    assert.equal((await rebuilds.active('gpu')).version, 2);
    await goneFromEtcd({ projection: 'gpu', generation: 1 });
    streaming.abort();
    await done;
    await operator.caughtUp(log.events);
    await operator.assertSound();
    assert.deepEqual(
      (await rebuilds.view()).generations.map(({ record }) => record.generation),
      projectionNames.map((name) => (name === 'gpu' ? 2 : 1)),
    );
    await old.stop();
    const late = await collector();
    const end = await late.end;
    assert(end.kind === 'refused');
    assert.match(end.reasons[0]!, /gpu is active in version 2, and this program has version 1/);
    assert.ok(young.every((one) => one.newest !== undefined));
  });

  it('R2: a newer version whose fold is broken fails, says why, and leaves the older one active', async () => {
    await log.append(3);
    await collector();
    await operator.caughtUp(log.events);
    const broken = await collector({ projections: withGpu(2, { open: brokenFold }) });
    await eventually('the build has failed', async () => {
      return (await operator.list()).some(({ state }) => state === 'failed');
    });
    const rows = (await operator.list()).filter(({ name }) => name === 'gpu');
    assert.deepEqual(
      rows.map(({ version, state, old }) => [version, state, old]),
      [
        [1, 'active', false],
        [2, 'failed', false],
      ],
    );
    assert.match(rows[1]!.failure!, /partition \d+ at \S+: the fold failed: Error: no such field/);
    await log.append(3);
    await operator.caughtUp(log.events);
    await broken.stop();
    // It does not try again by itself, nor does another of its kind.
    const again = await collector({ projections: withGpu(2, { open: brokenFold }) });
    await eventually('it says so', () => again.notices.some((text) => text.includes('has failed before')));
    await rebuilds.cancel('gpu');
    assert.deepEqual(
      (await operator.list()).map(({ state }) => state),
      projectionNames.map(() => 'active'),
    );
  });

  it('R2: a generation that nobody can fold is marked old', async () => {
    await log.append(3);
    const old = await collector();
    await operator.caughtUp(log.events);
    await old.stop();
    await collector({ projections: withGpu(2, { open: brokenFold }) });
    await eventually('it is marked', async () => {
      const [row] = await operator.list();
      return row?.name === 'gpu' && row.version === 1 && row.old;
    });
  });

  it('R1: crashes of collectors in the middle of a build lose nothing but time', async () => {
    await log.append(40);
    await collector();
    await operator.caughtUp(log.events);
    const builds = await Promise.all(projectionNames.map((name) => rebuilds.reset(name)));
    for (let round = 0; round < (full ? 4 : 1); round++) {
      const doomed = running.pop()!;
      await collector({ leaseSeconds: 1 });
      await doomed.abandon();
    }
    await Promise.all(builds.map((build) => rebuilds.switched(build)));
    await operator.caughtUp(log.events);
    await operator.assertSound();
  });
});
