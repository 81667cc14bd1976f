import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { type CollectorGroup, type GroupView, type Membership } from '../../domain/collector-group.js';
import { type Partition } from '../../domain/ids.js';
import { type ModelPart } from '../../domain/read-model.js';
import { createClient } from '../../infra/etcd/client.js';
import { collectorGroup } from '../../infra/etcd/collector-group.js';
import { Keys } from '../../infra/etcd/keys.js';
import { Latest } from '../../projections/runner/latest.js';
import { announcementOf } from '../support/announcement.js';
import { etcdForSuite, freshPrefix, startTestEtcd } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';
import { startTcpProxy } from '../support/tcp-proxy.js';

const announcement = (id: string): CollectorAnnouncement =>
  announcementOf(id, { folds: [{ projection: 'gpu', version: 1 }] });
const part = (partition: number): ModelPart => ({
  projection: 'gpu',
  generation: 1,
  partition: partition as Partition,
});

describe('the group of collectors in etcd', () => {
  const etcd = etcdForSuite();
  const joined: Membership[] = [];
  let client: Etcd3;
  let keys: Keys;
  let group: CollectorGroup;
  let watching: AbortController;
  let view: Latest<GroupView>;

  const join = async (id: string, leaseSeconds = 5, through = group) => {
    const membership = await through.join(announcement(id), leaseSeconds, never);
    joined.push(membership);
    return membership;
  };
  const seen = () => ({
    members: (view.value?.members ?? []).map(({ id }) => id).sort(),
    claims: (view.value?.claims ?? []).map(({ part: { partition }, member }) => `${String(partition)} ${member}`),
  });
  const see = (what: string, expected: ReturnType<typeof seen>) =>
    eventually(what, () => JSON.stringify(seen()) === JSON.stringify(expected));

  beforeEach(() => {
    client = createClient({ endpoints: etcd().endpoints });
    keys = new Keys(freshPrefix());
    group = collectorGroup(client, keys);
    watching = new AbortController();
    view = new Latest();
    void view.follow(group.follow(watching.signal)).catch(() => undefined);
  });
  afterEach(async () => {
    watching.abort();
    await Promise.all(joined.splice(0).map((membership) => membership.leave()));
    client.close();
  });

  it('P6: one that is stopped while it joins is no member, so that nothing is left to it', async () => {
    const own = createClient({ endpoints: etcd().endpoints });
    try {
      const stopping = new AbortController();
      // It is announced before it hears of that.
      let hear: () => void = () => undefined;
      const heard = new Promise<void>((resolve) => (hear = resolve));
      const txn = own.kv.txn.bind(own.kv);
      own.kv.txn = async (...of) => {
        const answer = await txn(...of);
        await heard;
        return answer;
      };
      const joining = collectorGroup(own, keys).join(announcement('stopped'), 3_600, stopping.signal);
      const rejected = assert.rejects(joining);
      await see('it is announced', { members: ['stopped'], claims: [] });
      stopping.abort();
      hear();
      await rejected;
      await see('it is gone', { members: [], claims: [] });
    } finally {
      own.close();
    }
  });

  it('P6: members and claims are seen by all, and a graceful leave takes both away at once', async () => {
    const [a, b] = [await join('a', 60), await join('b', 60)];
    assert.equal((await a.take([part(3)], never)).claims.length, 1);
    assert.deepEqual(await b.take([part(3)], never), { claims: [], heldBy: 'a' });
    await see('two members and a claim', { members: ['a', 'b'], claims: ['3 a'] });
    await a.leave();
    assert.equal(a.lost.aborted, true);
    await see('one member and no claim', { members: ['b'], claims: [] });
    assert.equal((await b.take([part(3)], never)).claims.length, 1);
  });

  it('P1: a claim taken anew has another revision, and an old one no longer releases it', async () => {
    const a = await join('a');
    const first = await a.take([part(1)], never);
    assert.equal(first.claims.length, 1);
    const again = await a.take([part(1)], never);
    assert.deepEqual(again, first, 'a repeat settles a take whose answer was lost');
    await a.release(first.claims, never);
    const second = await a.take([part(1)], never);
    assert.equal(second.claims.length, 1);
    assert.notEqual(second.claims[0]!.revision, first.claims[0]!.revision);
    await a.release(first.claims, never);
    await see('the second claim stands', { members: ['a'], claims: ['1 a'] });
  });

  it('P1: claims are taken together or not at all, and released without those that are gone', async () => {
    const [a, b] = [await join('a'), await join('b')];
    const all = Array.from({ length: 300 }, (_, at) => ({ ...part(at % 100), generation: 1 + Math.floor(at / 100) }));
    const { claims } = await a.take([part(7)], never);
    assert.deepEqual(await b.take([part(6), part(7), part(8)], never), { claims: [], heldBy: 'a' });
    await see('b has nothing', { members: ['a', 'b'], claims: ['7 a'] });
    const taken = await a.take(all, never);
    assert.deepEqual([taken.heldBy, taken.claims.length], [undefined, 300]);
    assert.deepEqual(new Set(taken.claims.map((claim) => claim.part)), new Set(all));
    assert(
      taken.claims.some(({ part: { partition }, revision }) => partition === 7 && revision === claims[0]!.revision),
    );
    await a.release(claims, never);
    assert.equal((await b.take([part(7)], never)).claims.length, 1);
    await a.release(taken.claims, never);
    await see('only what was taken anew stands', { members: ['a', 'b'], claims: ['7 b'] });
  });

  it('P6: a member that is cut off loses its lease in time, and the others see it go', async () => {
    const proxy = await startTcpProxy(Number(new URL(etcd().endpoint).port));
    const through = createClient({ endpoints: [proxy.endpoint], deadlineMs: 500 });
    try {
      const a = await join('a', 2, collectorGroup(through, keys));
      assert.equal((await a.take([part(3)], never)).claims.length, 1);
      await see('the member', { members: ['a'], claims: ['3 a'] });
      proxy.freeze();
      await eventually('it knows itself that its lease is lost', () => a.lost.aborted);
      await see('gone', { members: [], claims: [] });
    } finally {
      through.close();
      await proxy.close();
    }
  });

  it('P5: views go on, and leases with them, when etcd is killed and comes back', async () => {
    const own = await startTestEtcd();
    const there = createClient({ endpoints: own.endpoints });
    const stop = new AbortController();
    try {
      const theirs = collectorGroup(there, keys);
      const views = new Latest<GroupView>();
      void views.follow(theirs.follow(stop.signal)).catch(() => undefined);
      const a = await join('a', 30, theirs);
      await own.restart();
      const b = await join('b', 30, theirs);
      await eventually('both are seen', () => views.value?.members.length === 2);
      assert.equal((await a.take([part(0)], never)).claims.length, 1);
      await b.leave();
      await eventually('one is seen', () => views.value?.members.length === 1);
    } finally {
      stop.abort();
      there.close();
      await own.stop();
    }
  });
});
