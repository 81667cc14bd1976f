import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { next, type Revision } from '../../domain/revision.js';
import { createClient } from '../../infra/etcd/client.js';
import { follow, type FollowOptions } from '../../infra/etcd/follow.js';
import { keysIn } from '../../infra/etcd/key-path.js';
import { headRevision } from '../../infra/etcd/range.js';
import { HistoryRolledBack } from '../../infra/etcd/rolled-back.js';
import { type Operation, transact } from '../../infra/etcd/transaction.js';
import { type Change } from '../../infra/etcd/whole-revisions.js';
import { startTestEtcd, type TestEtcd } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';
import { heldMemory } from '../support/memory.js';
import { portOf, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

const range = keysIn('/seen/');
const fast: FollowOptions = { progressEveryMs: 100, silenceMs: 500 };

/** One change as text: `revision key content`, deletions without content. */
const line = ({ revision, key, stored }: Change): string =>
  `${String(revision)} ${key}${stored ? ` ${stored.value.toString()}` : ''}`;

describe('following a range of keys', () => {
  let etcd: TestEtcd;
  let proxy: TcpProxy;
  let direct: Etcd3;
  let client: Etcd3;
  let stop: AbortController;
  const random = (below: number) => Math.floor(Math.random() * below);

  beforeEach(async () => {
    etcd = await startTestEtcd();
    proxy = await startTcpProxy(portOf(etcd.endpoint));
    direct = createClient({ endpoints: etcd.endpoints });
    client = createClient({ endpoints: [proxy.endpoint] });
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    client.close();
    direct.close();
    await proxy.close();
    await etcd.stop();
  });

  /** What a writer did, in the order in which every follower must hear of it. */
  const written: string[] = [];
  let writes = 0;
  beforeEach(() => {
    written.length = 0;
    writes = 0;
  });

  /** One transaction of a few puts and deletes inside the range, in no order of keys, and now and then one outside. */
  const write = async (): Promise<void> => {
    const n = writes++;
    const keys = Array.from({ length: 1 + random(4) }, (_, i) => `/seen/${String((n * 7 + i * 5) % 50)}`);
    const operations: Operation[] = keys
      .sort(() => Math.random() - 0.5)
      .map((key, i) => ({ kind: 'put', key, value: Buffer.from(`${String(n)}.${String(i)}`) }));
    if (n % 3 === 0) operations.push({ kind: 'put', key: `/unseen/${String(n)}`, value: Buffer.from('') });
    // Only what was there can be deleted: the guard key is put first, and then deleted by the next of its kind.
    if (n % 5 === 4) operations.push({ kind: 'put', key: '/seen/guard', value: Buffer.from(String(n)) });
    const guarded = n % 5 === 0 && n > 0;
    if (guarded) operations.push({ kind: 'delete', key: '/seen/guard' });
    const token = `/unseen/token/${String(n)}`;
    operations.push({ kind: 'put', key: token, value: Buffer.from('') });
    const revision = await settled(token, operations);
    const lines = operations.flatMap((operation): string[] => {
      if (operation.kind === 'delete-range' || !operation.key.startsWith(range.start)) return [];
      const content = operation.kind === 'put' ? ` ${Buffer.from(operation.value).toString()}` : '';
      return [`${String(revision)} ${operation.key}${content}`];
    });
    written.push(...lines.sort((a, b) => (a.split(' ')[1]! < b.split(' ')[1]! ? -1 : 1)));
  };

  /** Sends a transaction until it answers; its token tells the revision when an earlier try had been applied. */
  const settled = async (token: string, operations: readonly Operation[]): Promise<Revision> => {
    for (;;) {
      const compares = [{ kind: 'absent', key: token } as const];
      const answer = await transact(direct, { compares, operations, elseGet: [token] });
      if (answer.kind === 'done') return answer.revision;
      if (answer.kind === 'refused') return answer.found[0]!.created;
      await pause(20);
    }
  };

  interface Heard {
    readonly lines: string[];
    through: Revision;
    compacted: boolean;
    losses: number;
    done: Promise<void>;
  }

  /** Follows until stopped, and checks on the way that revisions come whole and in order. */
  const hear = (from: Revision, options: FollowOptions = fast, slowly: () => Promise<void> = async () => {}): Heard => {
    const heard: Heard = {
      lines: [],
      through: (from - 1n) as Revision,
      compacted: false,
      losses: 0,
      done: Promise.resolve(),
    };
    const onFailure = () => void heard.losses++;
    const run = async () => {
      for await (const item of follow(client, range, from, stop.signal, { ...options, onFailure })) {
        if (item.kind === 'compacted') heard.compacted = true;
        if (item.kind !== 'changes') continue;
        assert.ok(item.changes[0]!.revision > heard.through, 'a revision was torn or came again');
        assert.equal(item.changes.at(-1)!.revision, item.through);
        heard.lines.push(...item.changes.map(line));
        heard.through = item.through;
        await slowly();
      }
    };
    heard.done = run();
    heard.done.catch(() => undefined);
    return heard;
  };

  const caughtUp = async (heard: Heard): Promise<void> => {
    await eventually('everything written is heard', () => heard.lines.length >= written.length);
    stop.abort();
    await heard.done;
    assert.deepEqual(heard.lines, written);
  };

  it('P5: nothing is lost, doubled, reordered or torn while its connection is cut again and again', async () => {
    const heard = hear(next(await headRevision(direct, stop.signal)));
    let cuts = 0;
    const wanted = full ? 100 : 25;
    const cutter = (async () => {
      while (cuts < wanted) {
        await pause(5 + random(60));
        if (proxy.connections === 0) continue;
        proxy.cut();
        cuts++;
      }
    })();
    while (cuts < wanted) await write();
    await cutter;
    await write();
    await caughtUp(heard);
    assert.ok(heard.losses >= 5, `${String(heard.losses)} losses noticed`);
    console.log(`      ${String(cuts)} cuts, ${String(heard.losses)} losses, ${String(written.length)} changes`);
  });

  it('P5: nothing is lost when etcd is killed and restarted while it is written to and followed', async () => {
    const heard = hear(next(await headRevision(direct, stop.signal)));
    for (let kill = 0; kill < (full ? 20 : 4); kill++) {
      const writing = (async () => {
        for (let i = 0; i < 60; i++) await write();
      })();
      await pause(random(80));
      await etcd.restart();
      await writing;
    }
    await caughtUp(heard);
    assert.ok(heard.losses > 0);
  });

  it('P5: a half-open connection is noticed by its silence and replaced', async () => {
    const heard = hear(next(await headRevision(direct, stop.signal)));
    for (let i = 0; i < 20; i++) await write();
    await eventually('the follower is there', () => heard.lines.length === written.length);
    proxy.freeze();
    for (let i = 0; i < 20; i++) await write();
    await eventually('the silence is noticed', () => heard.losses > 0);
    assert.ok(heard.lines.length < written.length);
    proxy.cut();
    proxy.pass();
    await caughtUp(heard);
  });

  it('P5: a compaction beyond the follower is told, so that it lists again', async () => {
    const from = next(await headRevision(direct, stop.signal));
    for (let i = 0; i < 20; i++) await write();
    const head = await headRevision(direct, stop.signal);
    await direct.kv.compact({ revision: String(head) });
    const heard = hear(from);
    await heard.done;
    assert.ok(heard.compacted);
    assert.deepEqual(heard.lines, []);
  });

  it('P5: a compaction behind the follower is none of its business', async () => {
    const heard = hear(next(await headRevision(direct, stop.signal)));
    for (let i = 0; i < 20; i++) await write();
    await eventually('the follower is there', () => heard.lines.length === written.length);
    await direct.kv.compact({ revision: String(heard.through) });
    proxy.cut();
    for (let i = 0; i < 20; i++) await write();
    await caughtUp(heard);
    assert.ok(!heard.compacted);
  });

  it('L9: an etcd that is behind what was seen is an error that says what to do', async () => {
    const head = await headRevision(direct, stop.signal);
    const heard = hear((head + 2n) as Revision);
    await assert.rejects(heard.done, (error: Error) => {
      assert.ok(error instanceof HistoryRolledBack);
      assert.match(error.message, /is at revision 1, but revision 2 has been seen.*telemetry log recover/);
      return true;
    });
  });

  it('P5: catches up on many large values, sent in fragments, without tearing a revision', async () => {
    const from = next(await headRevision(direct, stop.signal));
    const digests: string[] = [];
    const count = full ? 150 : 40;
    for (let i = 0; i < count; i++) {
      // Every third revision has several values, so that its end falls into another fragment than its beginning.
      const several = i % 3 === 0;
      const values = Array.from({ length: several ? 5 : 1 }, (_, k) =>
        Buffer.alloc(several ? 300_000 : 1 << 20, `${String(i)}.${String(k)}`),
      );
      const operations = values.map((value, k): Operation => ({
        kind: 'put',
        key: `/seen/${String(i % 7)}/${String(k)}`,
        value,
      }));
      const answer = await transact(direct, { compares: [], operations }, 30_000);
      assert(answer.kind === 'done');
      digests.push(
        ...values.map((value) => `${String(answer.revision)} ${createHash('sha1').update(value).digest('hex')}`),
      );
    }
    const before = heldMemory();
    let most = 0;
    const heard: string[] = [];
    let through = 0n;
    let batches = 0;
    for await (const item of follow(client, range, from, stop.signal)) {
      if (item.kind !== 'changes') continue;
      assert.ok(item.changes[0]!.revision > through);
      through = item.through;
      heard.push(
        ...item.changes.map(
          ({ revision, stored }) => `${String(revision)} ${createHash('sha1').update(stored!.value).digest('hex')}`,
        ),
      );
      batches++;
      if (batches % 10 === 1) most = Math.max(most, heldMemory() - before);
      if (heard.length >= digests.length) break;
    }
    assert.deepEqual(heard, digests);
    assert.ok(batches > count / 4, `${String(batches)} batches`);
    assert.ok(most < 40 << 20, `${String(most >> 20)} MiB held`);
  });

  it('a consumer that does not consume holds etcd back instead of filling memory', async () => {
    const iterator = follow(client, range, next(await headRevision(direct, stop.signal)), stop.signal);
    const put = (i: number) =>
      transact(
        direct,
        { compares: [], operations: [{ kind: 'put', key: `/seen/${String(i)}`, value: Buffer.alloc(1 << 20, i) }] },
        30_000,
      );
    const keys: string[] = [];
    const hearOne = async () => {
      const { value } = await iterator.next();
      if (value?.kind === 'changes') keys.push(...value.changes.map(({ key }) => key));
    };
    await put(0);
    while (keys.length === 0) await hearOne();
    const before = heldMemory();
    const count = full ? 300 : 100;
    for (let i = 1; i < count; i++) await put(i);
    // What was sent may be held for a moment; what was read for a consumer who does not take it, for ever.
    const bound = 40 << 20;
    await eventually(`less than 40 of ${String(count)} MiB are held`, () => heldMemory() - before < bound);
    while (keys.length < count) await hearOne();
    assert.deepEqual(
      keys,
      Array.from({ length: count }, (_, i) => `/seen/${String(i)}`),
    );
    await iterator.return();
  });
});
