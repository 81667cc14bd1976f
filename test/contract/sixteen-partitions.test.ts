import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { projectionNames } from '../../domain/generation.js';
import { type GroupView } from '../../domain/collector-group.js';
import { createClient } from '../../infra/etcd/client.js';
import { collectorGroup } from '../../infra/etcd/collector-group.js';
import { Keys } from '../../infra/etcd/keys.js';
import { Latest } from '../../projections/runner/latest.js';
import { startCollector, type TestCollector } from '../support/collectors.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { full } from '../support/full-counts.js';

const partitions = 16;
const projections = projectionNames.length;
const most = full ? 10 : 6;

describe(`sixteen partitions among one to ${String(most)} collectors`, function () {
  this.timeout(180_000);
  const watching = new AbortController();
  const members: TestCollector[] = [];
  let client: Etcd3;
  let view: Latest<GroupView>;

  // Before etcd ends: who leaves tries to say so for as long as its lease lasts.
  after(async () => {
    await Promise.all(members.map((one) => one.stop()));
    watching.abort();
    client.close();
  });
  const etcd = etcdForSuite();
  before(() => {
    client = createClient({ endpoints: etcd().endpoints });
    view = new Latest();
  });

  /** Every part with the members that have claimed it, one after the other. */
  const holders = new Map<string, string[]>();
  async function* noting(views: AsyncIterable<GroupView>): AsyncIterable<GroupView> {
    for await (const one of views) {
      for (const { part, member } of one.claims) {
        const name = `${part.projection}/${String(part.partition)}`;
        const before = holders.get(name) ?? [];
        if (before.at(-1) !== member) holders.set(name, [...before, member]);
      }
      yield one;
    }
  }
  const sizes = (): readonly number[] => {
    const held = (view.value?.claims ?? []).map(({ member }) => member);
    return members.map(({ id }) => held.filter((member) => member === id).length / projections);
  };
  const isEven = (): boolean => {
    const [least, mostEach] = [Math.floor(partitions / members.length), Math.ceil(partitions / members.length)];
    const now = sizes();
    // None of who has gone: its claims may be seen for a moment yet.
    const isTheirs = now.reduce((sum, size) => sum + size, 0) === partitions;
    return isTheirs && now.every((size) => size >= least && size <= mostEach);
  };
  /** Whether each collector says that it works on just what it has claimed, so that nothing is on its way any more. */
  const isCarriedOut = (): boolean =>
    members.every(({ id }) => {
      const told = view.value?.members.find((member) => member.id === id)?.partitions ?? [];
      const held = (view.value?.claims ?? []).filter(({ member }) => member === id).map(({ part }) => part.partition);
      return told.length * projections === held.length && told.every((partition) => held.includes(partition));
    });
  const settled = () =>
    eventually(`${String(members.length)} collectors share evenly`, () => isEven() && isCarriedOut());
  /** Does something that moves partitions, and gives the moves of each part that changed hands. */
  const movesOf = async (change: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = new Map(holders);
    await change();
    await settled();
    return [...holders]
      .filter(([part, members]) => members !== before.get(part))
      .map(([part, members]) => `${part}: ${members.slice((before.get(part)?.length ?? 1) - 1).join(' → ')}`);
  };

  it('P6: each has between ⌊16/n⌋ and ⌈16/n⌉, and one that comes or goes moves only what must move', async () => {
    const keys = new Keys(freshPrefix());
    void view.follow(noting(collectorGroup(client, keys).follow(watching.signal))).catch(() => undefined);
    const world = { endpoints: etcd().endpoints, keys, partitions };
    // None loses its lease though nobody ran it for some seconds: that would rightly move partitions.
    while (members.length < most) {
      const moves = await movesOf(async () => members.push(await startCollector(world, { leaseSeconds: 600 })));
      const must = Math.floor(partitions / members.length);
      assert.equal(moves.length, must * projections, `when ${String(members.length)} were there: ${moves.join(', ')}`);
    }
    while (members.length > 1) {
      const held = sizes()[0]!;
      const moves = await movesOf(() => members.shift()!.stop());
      assert.equal(moves.length, held * projections, `when ${String(members.length)} were left: ${moves.join(', ')}`);
    }
  });
});
