import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { StoreRefusal } from '../../commands/append/until-answered.js';
import { type TrimStore } from '../../commands/retention/retention-ports.js';
import { trimOlder } from '../../commands/retention/trim-older.js';
import { type Lane, type Sequence } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { next } from '../../domain/revision.js';
import { decodeSegmentHeader } from '../../domain/segment/decode.js';
import { type TrimHorizon } from '../../domain/trim-horizon.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { laneExtents } from '../../infra/etcd/lane-extents.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { EtcdTrimStore } from '../../infra/etcd/trim-store.js';
import { freshPrefix, startTestEtcd, type TestEtcd } from '../support/etcd.js';
import { FleetLog } from '../support/fleet-log.js';
import { never } from '../support/never.js';

const quotaBytes = 16 * 2 ** 20;
const partitions = 4;

describe('trimming the log of a full etcd by hand', () => {
  let etcd: TestEtcd;
  let client: Etcd3;
  beforeEach(async () => {
    etcd = await startTestEtcd({ quotaBytes });
    client = createClient({ endpoints: etcd.endpoints });
  });
  afterEach(async () => {
    client.close();
    await etcd.stop();
  });

  /** What etcd answers first counts. */
  const answered = async <T>(call: () => Promise<StoreAnswer<T>>): Promise<T> => {
    const answer = await call();
    if (answer.kind === 'unknown') throw new StoreRefusal(answer.failure);
    return answer.value;
  };

  it('L8: deletes what a horizon that was recorded ahead has given up, before it finds that no other can be recorded', async () => {
    const keys = new Keys(freshPrefix());
    const log = new FleetLog(client, keys, partitions, { hosts: 1, gpusPerHost: 2, metrics: 2 });
    await log.stream(6);
    const partition = log.partitionOfHost(0);
    const real = new EtcdTrimStore(client, keys, partitions);
    const horizon: TrimHorizon = {
      ...{ from: log.head, lanes: [{ lane: 0 as Lane, first: 3 as Sequence }], segments: 3, events: 12, bytes: 100 },
      appended_before: 0n as Instant,
    };
    const guard = { registry: undefined, claim: undefined };
    const recorded = await real.record(
      await answered(() => real.horizons(never)),
      new Map([[partition, horizon]]),
      guard,
      never,
    );
    assert.deepEqual(recorded, { kind: 'answered', value: true });
    const folded = new Map([[partition, { before: next(log.head), keepers: [] }]]);
    const trims: TrimStore = {
      horizons: (signal) => real.horizons(signal),
      floors: () => Promise.resolve({ kind: 'answered', value: { folded, registry: undefined } }),
      record: (...of) => real.record(...of),
      deleteBefore: (...of) => real.deleteBefore(...of),
    };
    const fill = async (): Promise<void> => {
      for (let n = 0; ; n++) await client.put(`stranger/${String(n)}`).value(Buffer.alloc(500_000, 1));
    };
    await assert.rejects(fill(), /database space exceeded/);

    const ports = {
      log: new EtcdLogReader(client, keys, partitions),
      decodeHeader: decodeSegmentHeader,
      trims,
      answered,
    };
    await assert.rejects(trimOlder(ports, (1n << 62n) as Instant, 1, never), /database space exceeded/);
    const [extent] = await laneExtents(client, keys, [{ partition, lane: 0 as Lane }], never);
    assert.deepEqual([extent!.first, extent!.end], [3, 6]);
  });
});
