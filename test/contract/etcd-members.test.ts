import assert from 'node:assert/strict';
import { type Revision } from '../../domain/revision.js';
import { createClient } from '../../infra/etcd/client.js';
import { EtcdMembers } from '../../infra/etcd/etcd-members.js';
import { headRevision } from '../../infra/etcd/range.js';
import { startTestEtcd } from '../support/etcd.js';

const never = new AbortController().signal;

describe('the members of an etcd', () => {
  it('L8: its quota is asked for each time, so that one that was raised frees a full etcd', async () => {
    const etcd = await startTestEtcd({ quotaBytes: 16 << 20 });
    const members = new EtcdMembers({ endpoints: etcd.endpoints }, undefined);
    const given = new EtcdMembers({ endpoints: etcd.endpoints }, 8 << 20);
    const quota = async (of: EtcdMembers): Promise<number | undefined> => {
      const space = await of.space(never);
      return space.kind === 'answered' ? space.value.quotaBytes : undefined;
    };
    try {
      assert.equal(await quota(members), 16 << 20);
      await etcd.restart({ quotaBytes: 32 << 20 });
      assert.equal(await quota(members), 32 << 20);
      assert.equal(await quota(given), 8 << 20, 'what the operator says');
    } finally {
      members.close();
      given.close();
      await etcd.stop();
    }
  });

  it('L8: what is compacted already counts as done, and what is not there yet does not', async () => {
    const etcd = await startTestEtcd();
    const client = createClient({ endpoints: etcd.endpoints });
    const members = new EtcdMembers({ endpoints: etcd.endpoints }, undefined);
    const compact = async (through: Revision) => (await members.compact(through, never)).kind;
    try {
      await client.put('/a').value('1');
      const head = await headRevision(client, never);
      assert.deepEqual([await compact(head), await compact(head)], ['answered', 'answered']);
      assert.equal(await compact((head + 1n) as Revision), 'unknown');
    } finally {
      client.close();
      members.close();
      await etcd.stop();
    }
  });
});
