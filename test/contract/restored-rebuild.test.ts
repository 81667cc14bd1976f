import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { type Partition, type Sequence } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type TrimHorizon } from '../../domain/trim-horizon.js';
import { createClient } from '../../infra/etcd/client.js';
import { readHorizons } from '../../infra/etcd/horizons.js';
import { laneExtents } from '../../infra/etcd/lane-extents.js';
import { headRevision } from '../../infra/etcd/range.js';
import { sweepModels } from '../../infra/etcd/sweep-models.js';
import { EtcdTrimStore } from '../../infra/etcd/trim-store.js';
import { startTestEtcd, type TestEtcd } from '../support/etcd.js';
import { backUpEtcd } from '../support/etcd-backup.js';
import { FoldedLog } from '../support/folded-log.js';
import { never } from '../support/never.js';

const partitions = 4;
const fleet = { hosts: 6, gpusPerHost: 2, metrics: 3 };

/** A client whose process stands still before its next transaction until something is done. */
const stoppedBeforeWriting = (client: Etcd3, until: () => Promise<unknown>): Etcd3 => {
  const txn: typeof client.kv.txn = async (...args) => {
    await until();
    return client.kv.txn(...args);
  };
  const kv = Object.create(client.kv, { txn: { value: txn } }) as typeof client.kv;
  return Object.create(client, { kv: { value: kv } }) as Etcd3;
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
    const stopped = stoppedBeforeWriting(own, async () => {
      await restore();
      await headRevision(own, never);
    });
    await sweepModels(stopped, world.keys, never).catch(() => undefined);
    own.close();
    await headRevision(client, never);
    assert.deepEqual(await rebuilds.stored(active), before);
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
});
