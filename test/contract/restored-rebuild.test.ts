import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Etcd3 } from 'etcd3';
import { projectionNames } from '../../domain/generation.js';
import { type Lane, type Partition, type Sequence } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type CommitStep } from '../../domain/read-model.js';
import { type TrimHorizon } from '../../domain/trim-horizon.js';
import { createClient } from '../../infra/etcd/client.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { readHorizons } from '../../infra/etcd/horizons.js';
import { laneExtents } from '../../infra/etcd/lane-extents.js';
import { headRevision } from '../../infra/etcd/range.js';
import { recoverLog } from '../../infra/etcd/recover-log.js';
import { sweepModels } from '../../infra/etcd/sweep-models.js';
import { EtcdTrimStore } from '../../infra/etcd/trim-store.js';
import { type CollectorPorts } from '../../projections/runner/surroundings.js';
import { type TestCollector } from '../support/collectors.js';
import { startTestEtcd, type TestEtcd } from '../support/etcd.js';
import { backUpEtcd } from '../support/etcd-backup.js';
import { eventually } from '../support/eventually.js';
import { FleetLog } from '../support/fleet-log.js';
import { FoldedLog } from '../support/folded-log.js';
import { never } from '../support/never.js';

const partitions = 4;
const fleet = { hosts: 6, gpusPerHost: 2, metrics: 3 };

/** A client whose process stands still before its transactions until something is done, and when all are answered. */
const stoppedBeforeWriting = (client: Etcd3, until: () => Promise<unknown>) => {
  const sent: Promise<unknown>[] = [];
  const txn: typeof client.kv.txn = (...args) => {
    const sending = until().then(() => client.kv.txn(...args));
    sent.push(sending);
    return sending;
  };
  const kv = Object.create(client.kv, { txn: { value: txn } }) as typeof client.kv;
  const stopped = Object.create(client, { kv: { value: kv } }) as Etcd3;
  return { stopped, answered: () => Promise.allSettled(sent) };
};

describe('an etcd that is restored while read models are built anew, and what is old is deleted', function () {
  this.timeout(120_000);
  let etcd: TestEtcd;
  let folded: FoldedLog;
  beforeEach(async () => {
    etcd = await startTestEtcd();
    folded = new FoldedLog(etcd.endpoints, partitions, fleet);
  });
  afterEach(async () => {
    await folded.close();
    await etcd.stop();
  });

  /** What it says as it ends, although its lease may outlive the test. */
  const endOf = async ({ end }: TestCollector): Promise<string> => {
    let said: string | undefined;
    end.then(({ kind }) => (said = kind)).catch((error: unknown) => (said = String(error)));
    await eventually('the collector ends', () => said !== undefined, { withinMs: 30_000 });
    return said!;
  };
  const isTold = /restored from a backup .*telemetry log recover/;

  /** The log folded by a collector that has ended. */
  const foldedBefore = async (): Promise<void> => {
    await folded.log.append(10);
    const collector = await folded.collector();
    await folded.operator.caughtUp(folded.log.events);
    await collector.stop();
  };

  it('L9: documents of a generation that is there again are not deleted by who saw it gone', async () => {
    await foldedBefore();
    const { client, rebuilds, world } = folded;
    const active = await rebuilds.active('gpu');
    const before = await rebuilds.stored(active);
    const restore = await backUpEtcd(etcd);
    await rebuilds.registry.change(() => ({ change: { write: [], remove: [active] }, outcome: undefined }), never);
    const own = createClient({ endpoints: etcd.endpoints });
    const { stopped } = stoppedBeforeWriting(own, async () => {
      await restore();
      await headRevision(own, never);
    });
    await sweepModels(stopped, world.keys, never).catch(() => undefined);
    own.close();
    await headRevision(client, never);
    assert.deepEqual(await rebuilds.stored(active), before);
  });

  it('L9, R1: queries are not switched to a build that is not whole any more', async () => {
    await foldedBefore();
    const { client, operator, rebuilds, world } = folded;
    const build = await rebuilds.reset('gpu');
    const restore = await backUpEtcd(etcd);
    await headRevision(client, never);
    const own = createClient({ endpoints: etcd.endpoints });
    let restored: Promise<unknown> | undefined;
    // It folds all of it, and its process stands still as it is about to switch.
    const { stopped, answered } = stoppedBeforeWriting(own, () => {
      return (restored ??= restore().then(() => headRevision(own, never)));
    });
    const registry = generationRegistry(stopped, world.keys);
    const collector = await folded.collector({ ports: (real) => ({ ...real, registry }) });
    assert.match(await endOf(collector), isTold);
    assert.ok((await answered()).length > 0);
    own.close();
    await headRevision(client, never);
    assert.equal((await rebuilds.active('gpu')).generation, 1);
    await folded.collector();
    await rebuilds.switched(build);
    await operator.caughtUp(folded.log.events);
    await operator.assertSound();
  });

  it('L9: retention deletes nothing up to a horizon that the log has not recorded any more', async () => {
    await folded.log.stream(5);
    const { client, log, world } = folded;
    const { keys } = world;
    const partition = log.partitionOfHost(0);
    const trims = new EtcdTrimStore(client, keys, partitions);
    const kept = async () => {
      const [extent] = await laneExtents(client, keys, [{ partition, lane: log.lane }], never);
      return [extent!.first, extent!.end];
    };
    const horizon: TrimHorizon = {
      ...{ from: log.head, lanes: [{ lane: log.lane, first: 3 as Sequence }] },
      ...{ segments: 3, events: 1, bytes: 1, appended_before: 0n as Instant },
    };
    const horizons = new Map<Partition, TrimHorizon>([[partition, horizon]]);
    const record = async () => {
      const guard = { registry: undefined, claim: undefined };
      const recorded = await trims.record(await readHorizons(client, keys, never), horizons, guard, never);
      assert(recorded.kind === 'answered' && recorded.value);
    };
    const restore = await backUpEtcd(etcd);
    await headRevision(client, never);
    await record();
    await restore();
    await headRevision(client, never);
    assert.deepEqual(await trims.deleteBefore(horizons, never), { kind: 'answered', value: { more: false } });
    assert.deepEqual(await kept(), [0, 5]);
    await record();
    assert.deepEqual(await trims.deleteBefore(horizons, never), { kind: 'answered', value: { more: false } });
    assert.deepEqual(await kept(), [3, 5]);
  });

  /**
   * Commits of a collector, those of some steps not sent before they are let go: as when its process stands still, or,
   * cut off when it has to give up, when etcd is away.
   */
  const holding = (isHeld: (step: CommitStep) => boolean, isCutOff = false) => {
    let letGo = (): void => undefined;
    let held = 0;
    const gone = new Promise<void>((resolve) => (letGo = resolve));
    const ports = (real: CollectorPorts): CollectorPorts => ({
      ...real,
      models: {
        ...real.models,
        commit: async (step, signal) => {
          if (isHeld(step)) {
            held++;
            await Promise.race([gone, ...(isCutOff ? [once(signal, 'abort')] : [])]);
            if (isCutOff) signal.throwIfAborted();
          }
          return real.models.commit(step, signal);
        },
      },
    });
    return { ports, letGo, held: () => held };
  };
  it('L9, P1: a commit of what the log does not hold any more is not made, whenever it comes', async () => {
    const { client, log, operator, rebuilds } = folded;
    await log.append(5);
    let isLost = false;
    const commits = holding(() => isLost);
    const collector = await folded.collector({ leaseSeconds: 60, ports: commits.ports });
    await operator.caughtUp(log.events);
    const before = await rebuilds.storedOfAll();
    const restore = await backUpEtcd(etcd);
    await headRevision(client, never);
    isLost = true;
    await log.append(1);
    await eventually('commits of what is lost are on their way', () => commits.held() >= partitions);
    await restore();
    await headRevision(client, never);
    commits.letGo();
    assert.match(await endOf(collector), isTold);
    assert.deepEqual(await rebuilds.storedOfAll(), before);
  });

  it('L9: a collector ends that had a commit under way, although its lease and its claims are there again', async () => {
    const { client, log, operator, world } = folded;
    await log.append(5);
    let isLost = false;
    const commits = holding(() => isLost, true);
    const collector = await folded.collector({ leaseSeconds: 60, ports: commits.ports });
    await operator.caughtUp(log.events);
    const restore = await backUpEtcd(etcd);
    await headRevision(client, never);
    for (let others = 0; others < 100; others++) await client.put('/other').value('');
    isLost = true;
    await log.append(1);
    await eventually('it has been told of a revision that is lost', async () => {
      const { kvs } = await client.get(world.keys.member('collector', collector.id)).exec();
      return BigInt(kvs[0]!.mod_revision) > log.head;
    });
    await restore();
    assert.match(await endOf(collector), isTold);
  });

  for (const when of ['before they were begun', 'in the middle of them'] as const)
    it(`L9, R1: builds end with a message where etcd goes back to ${when}; recovered, they become what they should`, async () => {
      const { client, log, operator, rebuilds, world } = folded;
      await log.stream(20);
      const builds = holding(({ part }) => part.generation > 1 && part.partition > 1);
      await Promise.all([1, 2].map(() => folded.collector({ ports: builds.ports })));
      await operator.caughtUp(log.events);
      const kept = log.events;
      const before = await rebuilds.storedOfAll();
      const resetAll = () => Promise.all(projectionNames.map((name) => rebuilds.reset(name)));
      let restore = when === 'before they were begun' ? await backUpEtcd(etcd) : undefined;
      const begun = await resetAll();
      await eventually('some of them are folded', async () => {
        const stored = await Promise.all(begun.map((build) => rebuilds.stored(build)));
        return builds.held() > 0 && stored.some(({ size }) => size > 0);
      });
      restore ??= await backUpEtcd(etcd);
      builds.letGo();
      await Promise.all(begun.map((build) => rebuilds.switched(build)));
      await log.append(1);
      await operator.caughtUp(log.events);
      await restore();
      for (const collector of folded.running) assert.match(await endOf(collector), isTold);

      await recoverLog(client, world.keys, 0n as Instant, never);
      await Promise.all([1, 2].map(() => folded.collector()));
      const wanted = when === 'in the middle of them' ? begun : await resetAll();
      await Promise.all(wanted.map((build) => rebuilds.switched(build)));
      await operator.caughtUp(kept);
      assert.deepEqual(await rebuilds.storedOfAll(), before);
      const more = new FleetLog(client, world.keys, partitions, fleet, 1 as Lane);
      await more.append(2);
      await operator.caughtUp(kept + more.events);
      await operator.assertSound();
    });
});
