import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { type Lane, type Partition, type Sequence } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type LogBatch, type LogScope, LogTrimmed } from '../../domain/log-entry.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { TrimHorizon } from '../../domain/trim-horizon.js';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { EtcdLogReader } from '../../infra/etcd/log-reader.js';
import { headRevision } from '../../infra/etcd/range.js';
import { HistoryRolledBack } from '../../infra/etcd/rolled-back.js';
import { toJson } from '../../infra/etcd/stored-json.js';
import { transact } from '../../infra/etcd/transaction.js';
import { freshPrefix, startTestEtcd, type TestEtcd } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';
import { entryLine, inLogOrder, LogWriter } from '../support/log-writer.js';
import { heldMemory } from '../support/memory.js';
import { portOf, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

const partitions = 6;
const everything: LogScope = { kind: 'everything' };
const one = (partition: number): LogScope => ({ kind: 'partition', partition: partition as Partition });
const isIn = (scope: LogScope) => (line: string) =>
  scope.kind === 'everything' || Number(line.split(' ')[1]) === Number(scope.partition);
const revisionOf = (line: string) => BigInt(line.split(' ')[0]!);

describe('reading the log from etcd', () => {
  let etcd: TestEtcd;
  let proxy: TcpProxy;
  let direct: Etcd3;
  let client: Etcd3;
  let keys: Keys;
  let reader: EtcdLogReader;
  let written: string[];
  let writers: LogWriter[];
  let stop: AbortController;

  before(async () => {
    etcd = await startTestEtcd();
  });
  after(() => etcd.stop());
  beforeEach(async () => {
    proxy = await startTcpProxy(portOf(etcd.endpoint));
    direct = createClient({ endpoints: etcd.endpoints });
    client = createClient({ endpoints: [proxy.endpoint] });
    keys = new Keys(freshPrefix());
    reader = new EtcdLogReader(client, keys, partitions, { progressEveryMs: 50, silenceMs: 1_000 });
    written = [];
    writers = [0, 3, 15].map((lane) => new LogWriter(direct, keys, partitions, lane as Lane, written));
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    client.close();
    direct.close();
    await proxy.close();
  });

  const append = async (times: number, segmentBytes = 100) => {
    for (let i = 0; i < times; i++) await writers[i % writers.length]!.append(segmentBytes);
  };
  const log = (scope: LogScope) => inLogOrder(written).filter(isIn(scope));
  const head = () => headRevision(direct, stop.signal);
  /** Something else than the log is written. */
  const touch = async () => {
    const key = `${keys.prefix}elsewhere`;
    await transact(direct, { compares: [], operations: [{ kind: 'put', key, value: Buffer.from('') }] });
  };
  const compact = async () => {
    await touch();
    await direct.kv.compact({ revision: String(await head()) });
  };

  interface Read {
    readonly lines: string[];
    readonly batches: LogBatch[];
    through: Revision;
    done: Promise<void>;
  }

  /** Reads batches and checks what each of them promises. */
  const read = (batches: AsyncIterable<LogBatch>, after: (read: Read) => Promise<void> = async () => {}): Read => {
    const found: Read = { lines: [], batches: [], through: beginning, done: Promise.resolve() };
    const run = async () => {
      for await (const batch of batches) {
        for (const { revision } of batch.entries) {
          assert.ok(revision > found.through && revision <= batch.through, 'a revision was torn or came again');
        }
        assert.ok(batch.through >= found.through);
        found.through = batch.through;
        found.lines.push(...batch.entries.map(entryLine));
        found.batches.push(batch);
        await after(found);
      }
    };
    found.done = run();
    found.done.catch(() => undefined);
    return found;
  };

  const caughtUp = async (found: Read, scope: LogScope) => {
    await eventually('the whole log is read', () => found.lines.length >= log(scope).length);
    stop.abort();
    await found.done;
    assert.deepEqual(found.lines, log(scope));
  };

  it('L5: lists all lanes of all partitions in the order of their revisions, then partitions', async () => {
    await append(200);
    const to = await head();
    for (const scope of [everything, one(0), one(5)]) {
      const found = read(reader.list(scope, beginning, to, stop.signal));
      await found.done;
      assert.deepEqual(found.lines, log(scope));
      assert.equal(found.through, to);
      assert.ok(found.batches.at(-1)!.live);
    }
  });

  it('L5: begins and ends at any revision, found by binary search', async () => {
    await append(120);
    const to = await head();
    const revisions = written.map(revisionOf);
    const chosen = [...new Set(revisions)].filter((_, i) => i % (full ? 1 : 15) === 0);
    for (const from of [...chosen, ...chosen.map((revision) => revision + 1n)] as Revision[]) {
      const scope: LogScope = from % 2n === 0n ? everything : one(Number(from % 6n));
      const until = (from + 9n < to ? from + 9n : to) as Revision;
      const found = read(reader.list(scope, from, until, stop.signal));
      await found.done;
      assert.deepEqual(
        found.lines,
        log(scope).filter((line) => revisionOf(line) >= from && revisionOf(line) <= until),
      );
      assert.equal(found.through, until);
    }
  });

  it('an empty log is read through at once', async () => {
    await touch();
    const to = await head();
    const found = read(reader.follow(everything, beginning, stop.signal));
    await eventually('it is read', () => found.through >= to);
    assert.deepEqual(
      found.batches.map(({ entries, live }) => [entries.length, live]),
      found.batches.map(() => [0, true]),
    );
  });

  it('P5: goes from listing to watching without a gap while three writers append and connections are cut', async () => {
    await append(full ? 300 : 100);
    const scopes = [everything, one(2)];
    const founds = scopes.map((scope) => read(reader.follow(scope, beginning, stop.signal)));
    let cuts = 0;
    const wanted = full ? 60 : 10;
    const appending = writers.map(async (writer) => {
      while (cuts < wanted) await writer.append();
    });
    while (cuts < wanted) {
      await pause(10 + Math.random() * 60);
      if (proxy.connections === 0) continue;
      proxy.cut();
      cuts++;
    }
    await Promise.all(appending);
    await eventually('both are there', () => founds.every(({ lines }, i) => lines.length >= log(scopes[i]!).length));
    for (const [i, found] of founds.entries()) {
      await caughtUp(found, scopes[i]!);
      const live = found.batches.map((batch) => batch.live);
      assert.deepEqual(live, [...live].sort(), 'what was live once stays so');
      assert.ok(live.at(-1));
    }
  });

  it('P5: a list whose revision is compacted under it goes on from where it is', async () => {
    // Pages of a few large segments, so that much is left to read when the compaction comes.
    await append(60, 200_000);
    const to = await head();
    let compactions = 0;
    const found = read(reader.list(everything, beginning, to, stop.signal), async ({ batches }) => {
      if (batches.length % 2 === 0) return;
      await append(1);
      await compact();
      compactions++;
    });
    await found.done;
    assert.deepEqual(
      found.lines,
      log(everything).filter((line) => revisionOf(line) <= to),
    );
    assert.ok(compactions > 5, `${String(compactions)} compactions`);
  });

  it('P5: a watch whose revision is compacted under it lists again', async () => {
    await append(20);
    let stalled: (() => void) | undefined;
    const found = read(reader.follow(everything, beginning, stop.signal), async ({ batches }) => {
      if (batches.at(-1)!.live && stalled === undefined) await new Promise<void>((resolve) => (stalled = resolve));
    });
    await eventually('the reader stalls', () => stalled !== undefined);
    proxy.cut();
    for (let i = 0; i < 5; i++) {
      await append(20);
      await compact();
    }
    stalled?.();
    await caughtUp(found, everything);
  });

  it('L1: old ends may have been trimmed, in some lanes and not in others', async () => {
    await append(100);
    const horizon = revisionOf(log(everything)[150]!);
    const kept = new Set<string>();
    for (const line of [...log(everything)].reverse()) {
      const [revision, partition, lane, sequence] = line.split(' ').map(Number);
      const newest = !kept.has(`${String(partition)} ${String(lane)}`);
      kept.add(`${String(partition)} ${String(lane)}`);
      if (newest || BigInt(revision!) >= horizon) continue;
      const place = { partition, lane, sequence } as Parameters<Keys['segment']>[0];
      await transact(direct, { compares: [], operations: [{ kind: 'delete', key: keys.segment(place) }] });
      written.splice(written.indexOf(line), 1);
    }
    await append(10);
    const to = await head();
    for (const from of [beginning, horizon, (horizon + 20n) as Revision] as Revision[]) {
      const found = read(reader.list(everything, from, to, stop.signal));
      await found.done;
      assert.deepEqual(
        found.lines,
        log(everything).filter((line) => revisionOf(line) >= from),
      );
    }
  });

  it('Q4: a listing that may have no gaps is refused where retention has been, and given from there on', async () => {
    await append(40);
    const from = revisionOf(log(everything)[20]!) as Revision;
    const horizon = { from, lanes: [], segments: 0, events: 0, bytes: 0, appended_before: 0n as Instant };
    const value = toJson(TrimHorizon, horizon);
    await transact(direct, { compares: [], operations: [{ kind: 'put', key: keys.trimmed(1 as Partition), value }] });
    const to = await head();
    const list = (at: Revision) => read(reader.list(everything, at, to, stop.signal, 'refused'));
    await assert.rejects(list((from - 1n) as Revision).done, LogTrimmed);
    const found = list(from);
    await found.done;
    assert.deepEqual(
      found.lines,
      log(everything).filter((line) => revisionOf(line) >= from),
    );
  });

  it('L2: a hole in a lane hides nothing of what stands behind it, listed or watched', async () => {
    await append(60);
    const found = read(reader.follow(everything, beginning, stop.signal));
    await eventually('the reader is there', () => found.lines.length === written.length);
    const [, partition, lane, sequence] = log(everything)[40]!.split(' ').map(Number);
    const hole = keys.segment({ partition, lane, sequence } as Parameters<Keys['segment']>[0]);
    await transact(direct, { compares: [], operations: [{ kind: 'delete', key: hole }] });
    // A writer that skips a sequence: nothing of ours does.
    const skipping = { partition: partition as Partition, lane: lane as Lane, sequence: 1_000 as Sequence };
    await transact(direct, {
      compares: [],
      operations: [{ kind: 'put', key: keys.segment(skipping), value: Buffer.from('behind a hole') }],
    });
    await eventually('what is behind the hole is read', () => found.lines.at(-1)!.includes('behind a hole'));
    assert.equal(found.lines.length, written.length + 1);
    const listed = read(reader.list(everything, beginning, await head(), stop.signal));
    await listed.done;
    assert.equal(listed.lines.length, written.length);
    assert.ok(listed.lines.at(-1)!.includes('behind a hole'));
  });

  it('through moves on while other keys are written and the log is quiet', async () => {
    await append(10);
    const found = read(reader.follow(one(1), beginning, stop.signal));
    for (let i = 0; i < 3; i++) {
      await touch();
      const to = await head();
      await eventually('the reader knows that nothing is missing', () => found.through >= to);
    }
    await append(10);
    await caughtUp(found, one(1));
  });

  it('holds a bounded part of a log of large segments while nobody consumes it', async () => {
    await append(full ? 1_200 : 300, 200_000);
    const total = written.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    const to = await head();
    const before = heldMemory();
    let most = 0;
    let handedOn = 0;
    for await (const { entries } of reader.list(everything, beginning, to, stop.signal)) {
      handedOn += entries.length;
      if (Math.random() < 0.1) {
        await pause(5);
        most = Math.max(most, heldMemory() - before);
      }
    }
    assert.equal(handedOn, written.length);
    // The part itself is smaller; what a slow machine has in flight besides is counted with it.
    assert.ok(total > 80 << 20 && most < 56 << 20, `${String(most >> 20)} of ${String(total >> 20)} MiB held`);
  });

  it('L9: an etcd that is behind what is asked for is an error', async () => {
    const beyond = ((await head()) + 2n) as Revision;
    const following = read(reader.follow(everything, beyond, stop.signal));
    await assert.rejects(following.done, HistoryRolledBack);
    const listing = read(reader.list(everything, beginning, beyond, stop.signal));
    await assert.rejects(listing.done, HistoryRolledBack);
  });

  it('ends when told to, listing, watching or without etcd', async () => {
    await append(10);
    const watching = read(reader.follow(everything, beginning, stop.signal));
    await eventually('it watches', () => watching.lines.length === written.length);
    proxy.refuse();
    const waiting = read(reader.follow(everything, beginning, stop.signal));
    await pause(50);
    stop.abort();
    await Promise.all([watching.done, waiting.done]);
    assert.deepEqual(waiting.lines, []);
  });

  it('P5: nothing is lost when etcd is killed and restarted', async () => {
    await append(100);
    const found = read(reader.follow(everything, beginning, stop.signal));
    for (let i = 0; i < (full ? 10 : 3); i++) {
      const appending = append(90);
      await pause(Math.random() * 60);
      await etcd.restart();
      await appending;
    }
    await caughtUp(found, everything);
  });
});
