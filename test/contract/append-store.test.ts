import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { type Append } from '../../domain/append.js';
import { type DeadLetter } from '../../domain/dead-letter.js';
import { type Partition, type Sequence, type SourceId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { next } from '../../domain/revision.js';
import { type AppendStore } from '../../commands/append/append-port.js';
import { EtcdAppendStore } from '../../infra/etcd/append-store.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { EtcdLaneClaims, type HeldLane } from '../../infra/etcd/lane-claims.js';
import { SeenLog } from '../../infra/etcd/seen-log.js';
import { TransactionLine } from '../../infra/etcd/line/transaction-line.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';
import { portOf, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

const source = '0123456789abcdef0123456789abcdef' as SourceId;
const partitions = 4;

const letter = (offset: number): DeadLetter => ({
  source,
  path: 'a.csv',
  offset,
  row: 1,
  reasons: ['the value is empty'],
  raw: null,
  length: 3,
  sha256: 'x',
  at: 0n as Instant,
});

describe('appending to the log in etcd', () => {
  const etcd = etcdForSuite();
  let client: Etcd3;
  let keys: Keys;
  let store: EtcdAppendStore & AppendStore;
  let lane: HeldLane;

  beforeEach(async () => {
    client = createClient({ endpoints: etcd().endpoints });
    keys = new Keys(freshPrefix());
    store = new EtcdAppendStore(client, keys);
    const claimed = await new EtcdLaneClaims(client, keys, 'streamer-1', 60).claim(never);
    assert(claimed.kind === 'answered' && claimed.value);
    lane = claimed.value;
  });
  afterEach(async () => {
    await lane.release();
    client.close();
  });

  const append = (batch: number, more: Partial<Append> = {}): Append => ({
    lane: lane.lane,
    claim: lane.revision,
    batch,
    source,
    prior: batch === 0 ? undefined : `checkpoint ${String(batch - 1)}`,
    checkpoint: `checkpoint ${String(batch)}`,
    segments: [0, 2].map((partition) => ({
      partition: partition as Partition,
      sequence: batch as Sequence,
      bytes: Buffer.from(`segment ${String(partition)}.${String(batch)}`),
    })),
    deadLetters: [letter(batch)],
    ...more,
  });

  const answer = async (wanted: Append) => {
    const given = await store.append(wanted, never);
    assert(given.kind === 'answered', 'etcd answered');
    return given.value;
  };
  const checkpoint = async () => {
    const read = await store.readCheckpoint(source, never);
    assert(read.kind === 'answered');
    return read.value;
  };
  const heads = async () => {
    const read = await store.readHeads(lane.lane, partitions, never);
    assert(read.kind === 'answered');
    return read.value;
  };

  it('L3: rows, dead letters and the checkpoint that covers them commit together', async () => {
    assert.equal(await checkpoint(), undefined);
    assert.deepEqual(await heads(), [0, 0, 0, 0]);
    const first = await answer(append(0));
    assert(first.kind === 'committed');
    const second = await answer(append(1));
    assert.deepEqual(second, { kind: 'committed', revision: next(first.revision) });
    assert.equal(await checkpoint(), 'checkpoint 1');
    assert.deepEqual(await heads(), [2, 0, 2, 0]);
    const stored = await client.getAll().prefix(keys.prefix).keys();
    assert.deepEqual(
      stored.sort(),
      [
        keys.deadLetter({ source, offset: 0 }),
        keys.deadLetter({ source, offset: 1 }),
        keys.lane(lane.lane),
        ...[0, 2].flatMap((partition) =>
          [0, 1].map((sequence) =>
            keys.segment({
              partition: partition as Partition,
              lane: lane.lane,
              sequence: sequence as Sequence,
            }),
          ),
        ),
        keys.source(source),
      ].sort(),
    );
  });

  it('L3: the same append sent again is refused and shows what it wrote itself', async () => {
    await answer(append(0));
    const again = await answer(append(0));
    assert(again.kind === 'refused');
    assert.equal(again.claim, lane.revision);
    assert.equal(again.checkpoint, 'checkpoint 0');
    assert.equal(Buffer.from(again.segment!).toString(), 'segment 0.0');
  });

  it('L3: an append is refused whole by another claim, another checkpoint or a place that is taken', async () => {
    await answer(append(0));
    const before = await client.getAll().prefix(keys.prefix).strings();
    const place = { partition: 1 as Partition, sequence: 9 as Sequence, bytes: Buffer.from('new') };
    const taken = { partition: 2 as Partition, sequence: 0 as Sequence, bytes: Buffer.from('new') };
    const refusals = [
      append(1, { claim: next(lane.revision) }),
      append(1, { prior: undefined }),
      append(1, { prior: 'checkpoint 7' }),
      append(1, { segments: [place, taken] }),
    ];
    for (const wanted of refusals) assert.equal((await answer(wanted)).kind, 'refused');
    assert.deepEqual(await client.getAll().prefix(keys.prefix).strings(), before);
  });

  it('L3: the lane of a claim that is gone takes nothing more', async () => {
    await lane.release();
    const refused = await answer(append(0));
    assert.deepEqual(refused, { kind: 'refused', claim: undefined, checkpoint: undefined, segment: undefined });
  });

  it('an append without segments moves the checkpoint', async () => {
    assert.equal((await answer(append(0, { segments: [], deadLetters: [letter(0), letter(1)] }))).kind, 'committed');
    assert.equal(await checkpoint(), 'checkpoint 0');
  });

  it('L7: one append to 64 partitions with 60 dead letters fits', async () => {
    const segments = Array.from({ length: 64 }, (_, partition) => ({
      partition: partition as Partition,
      sequence: 0 as Sequence,
      bytes: Buffer.alloc(20_000, partition),
    }));
    const deadLetters = Array.from({ length: 60 }, (_, offset) => letter(offset));
    assert.equal((await answer(append(0, { segments, deadLetters }))).kind, 'committed');
    const read = await store.readHeads(lane.lane, 64, never);
    assert(read.kind === 'answered');
    assert.ok(read.value.every((head) => head === 1));
  });

  it('an append whose answer is held back was applied, and is unknown until it is sent again', async () => {
    const proxy = await startTcpProxy(portOf(etcd().endpoint));
    const far = createClient({ endpoints: [proxy.endpoint], deadlineMs: 500 });
    const remote = new EtcdAppendStore(far, keys);
    try {
      const isConnected = async () => (await remote.readCheckpoint(source, never)).kind === 'answered';
      await eventually('it is connected', isConnected);
      proxy.holdReplies();
      const lost = remote.append(append(0), never);
      await eventually('etcd has applied it', async () => (await checkpoint()) === 'checkpoint 0');
      const unknown = await lost;
      assert(unknown.kind === 'unknown');
      assert.equal(unknown.failure.kind, 'slow');
      proxy.pass();
      let settled = await remote.append(append(0), never);
      await eventually('it answers again', async () => {
        if (settled.kind === 'unknown') settled = await remote.append(append(0), never);
        return settled.kind === 'answered';
      });
      assert(settled.kind === 'answered' && settled.value.kind === 'refused');
      assert.equal(settled.value.checkpoint, 'checkpoint 0');
    } finally {
      far.close();
      await proxy.close();
    }
  });

  describe('over a line of its own', () => {
    let proxy: TcpProxy;
    let line: TransactionLine;
    beforeEach(async () => {
      proxy = await startTcpProxy(portOf(etcd().endpoint));
      // Its answers are held until something has been seen, however long that takes.
      line = new TransactionLine([proxy.endpoint], 60_000);
      store = new EtcdAppendStore(client, keys, new SeenLog(keys), line);
    });
    afterEach(async () => {
      line.close();
      await proxy.close();
    });

    /** From now on appends go over it. */
    const opened = async (): Promise<void> => {
      const [at, value] = [freshPrefix(), Buffer.from('')];
      await eventually('the line is open', async () => {
        line.open();
        const answered = await line.send({ compares: [], operations: [{ kind: 'put', key: at, value }] });
        return answered?.kind === 'done';
      });
    };

    it('L3: a connection that ends before the answer leaves an append unknown; sent again it is found done', async () => {
      await opened();
      proxy.holdReplies();
      const lost = store.append(append(0), never);
      await eventually('etcd has applied it', async () => (await checkpoint()) === 'checkpoint 0');
      proxy.cut();
      const unknown = await lost;
      assert(unknown.kind === 'unknown');
      assert.equal(unknown.failure.kind, 'unreachable');
      proxy.pass();
      const again = await answer(append(0));
      assert(again.kind === 'refused');
      assert.deepEqual([again.claim, again.checkpoint], [lane.revision, 'checkpoint 0']);
      assert.equal(Buffer.from(again.segment!).toString(), 'segment 0.0');
      assert.deepEqual(await heads(), [1, 0, 1, 0]);
      await opened();
      assert.equal((await answer(append(1))).kind, 'committed', 'over the line, which is there again');
    });

    it('L3: a connection that ends before the request has come leaves it unknown too; sent again it is done', async () => {
      await opened();
      assert.equal((await answer(append(0))).kind, 'committed');
      proxy.holdRequests();
      const lost = store.append(append(1), never);
      await eventually('it is on its way', () => proxy.heldRequestBytes > 0);
      proxy.cut();
      assert.equal((await lost).kind, 'unknown');
      proxy.pass();
      assert.equal(await checkpoint(), 'checkpoint 0');
      assert.equal((await answer(append(1))).kind, 'committed');
      assert.deepEqual(await heads(), [2, 0, 2, 0]);
    });

    it('L3: of several on their way all are unknown, and each is found done', async () => {
      await opened();
      const batches = [0, 1, 2, 3];
      proxy.holdReplies();
      const lost: ReturnType<typeof store.append>[] = [];
      for (const batch of batches) {
        lost.push(store.append(append(batch), never));
        // Of several that come at once etcd takes any first, and refuses what does not follow.
        await eventually('etcd has applied it', async () => (await checkpoint()) === `checkpoint ${String(batch)}`);
      }
      proxy.cut();
      for (const one of lost) assert.equal((await one).kind, 'unknown');
      proxy.pass();
      for (const batch of batches) {
        const again = await answer(append(batch));
        assert(again.kind === 'refused');
        assert.equal(Buffer.from(again.segment!).toString(), `segment 0.${String(batch)}`);
      }
      assert.deepEqual(await heads(), [4, 0, 4, 0]);
    });
  });
});

describe('claims of lanes', () => {
  const etcd = etcdForSuite();
  let client: Etcd3;
  let keys: Keys;
  const held: HeldLane[] = [];
  beforeEach(() => {
    client = createClient({ endpoints: etcd().endpoints });
    keys = new Keys(freshPrefix());
  });
  afterEach(async () => {
    await Promise.all(held.splice(0).map((lane) => lane.release()));
    client.close();
  });
  const claim = async (holder: string, leaseSeconds = 60): Promise<HeldLane | undefined> => {
    const answer = await new EtcdLaneClaims(client, keys, holder, leaseSeconds).claim(never);
    assert(answer.kind === 'answered');
    if (answer.value) held.push(answer.value);
    return answer.value;
  };

  it('are exclusive: 20 streamers at once get the 16 lanes, one each', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, (_, i) => claim(`streamer-${String(i)}`)));
    const lanes = claims.flatMap((lane) => (lane ? [lane.lane] : [])).sort((a, b) => a - b);
    assert.deepEqual(
      lanes,
      Array.from({ length: 16 }, (_, lane) => lane),
    );
    const leases = await client.leaseClient.leaseLeases();
    assert.equal(leases.leases.length, 16, 'those who got none left no lease behind');
  });

  it('a lease that was asked for ahead is claimed with, and given back where nothing was claimed', async () => {
    const leases = async () => (await client.leaseClient.leaseLeases()).leases.map(({ ID }) => ID);
    const before = await leases();
    const claims = new EtcdLaneClaims(client, keys, 'ahead', 60);
    claims.ask(never);
    const answer = await claims.claim(never);
    assert(answer.kind === 'answered' && answer.value);
    held.push(answer.value);
    await claims.end();
    assert.equal((await leases()).length, before.length + 1, 'of one that was claimed with nothing is given back');
    claims.ask(never);
    await claims.end();
    assert.equal((await leases()).length, before.length + 1);
  });

  it('a lane given back is free at once, with another create revision for the next', async () => {
    const first = await claim('a');
    await first!.release();
    assert.ok(first!.lost.aborted);
    const second = await claim('b');
    assert.equal(second!.lane, first!.lane);
    assert.ok(second!.revision > first!.revision);
    assert.equal(await client.get(keys.lane(second!.lane)).string(), 'b');
  });

  it('a lane outlives its lease time as long as it is kept, and is lost when etcd is out of reach for as long', async () => {
    const proxy = await startTcpProxy(portOf(etcd().endpoint));
    const far = createClient({ endpoints: [proxy.endpoint] });
    try {
      const answer = await new EtcdLaneClaims(far, keys, 'far', 2).claim(never);
      assert(answer.kind === 'answered' && answer.value);
      const claimed = answer.value;
      const { lane, revision, lost } = claimed;
      const start = performance.now();
      await eventually('twice the lease time passes', () => performance.now() - start > 4_000);
      assert.ok(!lost.aborted);
      assert.equal((await client.get(keys.lane(lane)).exec()).kvs[0]?.create_revision, String(revision));
      proxy.refuse();
      await eventually('the holder knows that it is lost', () => lost.aborted);
      await eventually('the lane is free', async () => (await client.get(keys.lane(lane)).string()) === null);
      await claimed.release();
    } finally {
      far.close();
      await proxy.close();
    }
  });

  it('a claim whose answer was lost leaves no lane taken', async () => {
    const proxy = await startTcpProxy(portOf(etcd().endpoint));
    const far = createClient({ endpoints: [proxy.endpoint], deadlineMs: 300 });
    try {
      proxy.delay(100);
      for (let i = 0; i < 5; i++) {
        const claiming = new EtcdLaneClaims(far, keys, 'far', 2).claim(never);
        setTimeout(() => proxy.holdReplies(), 50 * i + 100);
        const answer = await claiming;
        proxy.cut();
        proxy.delay(100);
        if (answer.kind === 'answered') await answer.value?.release();
      }
      await eventually('no lane is taken', async () => (await client.getAll().prefix(keys.prefix).count()) === 0);
    } finally {
      far.close();
      await proxy.close();
    }
  });
});
