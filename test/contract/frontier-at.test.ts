import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { type Lane, type Partition, type Sequence } from '../../domain/ids.js';
import { type Revision } from '../../domain/revision.js';
import { createClient } from '../../infra/etcd/client.js';
import { frontierAt } from '../../infra/etcd/frontier-at.js';
import { Keys } from '../../infra/etcd/keys.js';
import { lanesOf } from '../../infra/etcd/lane-frontier.js';
import { headRevision } from '../../infra/etcd/range.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { never } from '../support/never.js';

const partition = 3 as Partition;

describe('where reading begins', () => {
  const etcd = etcdForSuite();
  let client: Etcd3;
  before(() => (client = createClient({ endpoints: etcd().endpoints })));
  after(() => client.close());

  it('L2: is the first segment of each lane at or behind a revision, whatever the revision', async () => {
    const keys = new Keys(freshPrefix());
    const written = new Map<Lane, { readonly sequence: number; readonly revision: bigint }[]>();
    const append = async (lane: Lane, sequence: number): Promise<void> => {
      const { header } = await client.put(keys.segment({ partition, lane, sequence: sequence as Sequence })).value('x');
      written.set(lane, [...(written.get(lane) ?? []), { sequence, revision: BigInt(header.revision) }]);
    };
    const begun = await headRevision(client, never);
    // A long lane, a short one that begins later and whose first segments are gone, and one of a single segment.
    for (let i = 0; i < 400; i++) {
      await append(0 as Lane, i);
      if (i % 9 === 4) await append(5 as Lane, 100 + Math.floor(i / 9));
      if (i === 200) await append(15 as Lane, 0);
    }
    const head = await headRevision(client, never);
    for (let from: bigint = begun; from <= head + 1n; from += 7n) {
      const found = await frontierAt(client, keys, lanesOf([partition]), from as Revision, head, never);
      for (const [lane, segments] of written) {
        const expected = segments.find(({ revision }) => revision >= from)?.sequence ?? segments.at(-1)!.sequence + 1;
        assert.equal(found.nextOf({ partition, lane }), expected, `lane ${String(lane)} from ${String(from)}`);
      }
      assert.equal(found.nextOf({ partition, lane: 1 as Lane }), 0);
    }
  });

  it('L2: says which segment is missing where one is', async () => {
    const keys = new Keys(freshPrefix());
    const key = (sequence: number): string =>
      keys.segment({ partition, lane: 0 as Lane, sequence: sequence as Sequence });
    for (const sequence of [0, 1, 3, 4]) await client.put(key(sequence)).value('x');
    const head = await headRevision(client, never);
    // Of four there are from the first on, the third is not.
    const looking = frontierAt(client, keys, lanesOf([partition]), head, head, never);
    await assert.rejects(looking, (error: Error) => error.message === `${key(2)} is missing (L2)`);
  });
});
