import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { nearlyFullUsed } from '../../domain/store-space.js';
import { type TrimHorizons, trimmedInAll } from '../../domain/trim-horizon.js';
import { createClient } from '../../infra/etcd/client.js';
import { EtcdMembers } from '../../infra/etcd/etcd-members.js';
import { readHorizons } from '../../infra/etcd/horizons.js';
import { Keys } from '../../infra/etcd/keys.js';
import { readMaintenanceReport } from '../../infra/etcd/maintenance-report-store.js';
import { readKeptFrom } from '../../infra/etcd/read-kept-from.js';
import { type CollectorWorld, Operator, startCollector, type TestCollector } from '../support/collectors.js';
import { freshPrefix, startTestEtcd, type TestEtcd } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { FleetLog } from '../support/fleet-log.js';
import { full } from '../support/full-counts.js';
import { never } from '../support/never.js';
import { retentionHere, type TestRetention } from '../support/retention-here.js';

const quotaBytes = 16 * 2 ** 20;
/** The segments of the stream are so many times as large as the quota. */
const times = 10;
const partitions = 4;
/** An append of a few events has about 37 kB: it is the labels that do not compress. */
const fleet = { hosts: 8, gpusPerHost: 2, metrics: 3, noise: 1_500 };
/** etcd commits to its file, and counts it, so often. */
const figuresMs = 110;

// With fewer counts this is left to what is archived and trimmed as the log grows.
(full ? describe : describe.skip)('retention of a running system', () => {
  let etcd: TestEtcd;
  let world: CollectorWorld;
  let client: Etcd3;
  let members: EtcdMembers;
  let log: FleetLog;
  let operator: Operator;
  let retention: TestRetention | undefined;
  let collector: TestCollector | undefined;

  beforeEach(async () => {
    etcd = await startTestEtcd({ quotaBytes });
    world = { endpoints: etcd.endpoints, keys: new Keys(freshPrefix()), partitions };
    client = createClient({ endpoints: world.endpoints });
    members = new EtcdMembers({ endpoints: world.endpoints }, undefined);
    log = new FleetLog(client, world.keys, partitions, fleet);
    operator = new Operator(world);
  });
  afterEach(async () => {
    await retention?.stop();
    await collector?.stop();
    [retention, collector] = [undefined, undefined];
    operator.close();
    members.close();
    client.close();
    await etcd.stop();
  });

  const space = async () => {
    const answer = await members.space(never);
    assert.ok(answer.kind === 'answered');
    return answer.value;
  };
  const horizons = async (): Promise<TrimHorizons> => (await readHorizons(client, world.keys, never)).horizons;
  /**
   * Appends so many bytes as a streamer does, which waits while etcd is nearly full. Gives the largest share of the quota
   * that etcd's file was seen with.
   */
  const stream = async (bytes: number): Promise<number> => {
    let most = 0;
    const until = log.bytes + bytes;
    for (let append = 0; log.bytes < until; append++) {
      await log.append(1);
      if (append % 10 > 0) continue;
      // etcd's figures are a tenth of a second old, which is much of so small a quota.
      await pause(figuresMs);
      await eventually('there is room for appends', async () => {
        const { usedBytes, fileBytes } = await space();
        most = Math.max(most, fileBytes / quotaBytes);
        return usedBytes < nearlyFullUsed * quotaBytes && fileBytes < 0.95 * quotaBytes;
      });
    }
    return most;
  };

  it('P8, R6, R7: a stream that passes the quota several times leaves the database bounded and the books right', async () => {
    const history = { kind: 'bytes', bytes: 16_384 } as const;
    const minutes = { kind: 'bytes', bytes: 4_096 } as const;
    retention = retentionHere(world.endpoints, world.keys, partitions, { history, minutes });
    collector = await startCollector(world);
    const before = await space();
    await log.append(1);
    await eventually('it has been appended', async () => (await space()).usedBytes > before.usedBytes);
    const most = await stream(times * quotaBytes);
    await log.append(1, 'ended');
    // While etcd compacts it copies the pages that it frees, which is much of so small a quota: the stream passes this too.
    assert.ok(most <= 1.5, `the file reached ${String(most)} of the quota`);

    const verdict = await operator.verify(60_000);
    assert.deepEqual(verdict.faults, []);
    assert.deepEqual([verdict.ok, verdict.partial, verdict.events], [true, true, log.events]);
    const { events } = trimmedInAll(await horizons());
    assert.ok(events > log.events / 4 && events < log.events, `${String(events)} of ${String(log.events)} are deleted`);
    const passed = `${(log.bytes / quotaBytes).toFixed(2)} times the quota in ${String(log.segments)} segments`;
    console.log(
      `      ${passed}, etcd's file at most ${most.toFixed(2)} of it; ${String(events)} of ${String(log.events)} events deleted`,
    );
    assert.equal(retention.notices.filter((text) => text.includes('No archive keeps them')).length, 1);

    const generation = (projection: 'history' | 'cluster') => ({ projection, generation: 1 });
    await eventually('history and minutes have been cut', async () => {
      const { chunks } = await readKeptFrom(client, world.keys, generation('history'), never);
      const { minutes: from } = await readKeptFrom(client, world.keys, generation('cluster'), never);
      return chunks > 0n && from !== undefined;
    });
    const folded = await operator.verifyProjections();
    assert.deepEqual(folded.differences, []);
    assert.deepEqual([folded.ok, folded.partial], [true, true]);

    // Another collector goes on with what is left, and everything adds up still.
    await collector.stop();
    collector = await startCollector(world);
    await stream(200_000);
    await log.append(1, 'ended');
    assert.deepEqual((await operator.verify(60_000)).faults, []);
    await eventually('what is held is told', async () => {
      const report = await readMaintenanceReport(client, world.keys, never, 5_000);
      return report !== undefined && report.log.trimmed_events > 0 && report.models.length === 2;
    });
  }).timeout(900_000);
});
