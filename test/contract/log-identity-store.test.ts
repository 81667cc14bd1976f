import assert from 'node:assert/strict';
import { createClient } from '../../infra/etcd/client.js';
import { Keys } from '../../infra/etcd/keys.js';
import { openLog, readLogIdentity } from '../../infra/etcd/log-identity-store.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { never } from '../support/never.js';

describe('the identity of the log', () => {
  const etcd = etcdForSuite();

  it('L9: is written once, whoever comes first, and read the same by all', async () => {
    const client = createClient({ endpoints: etcd().endpoints });
    const keys = new Keys(freshPrefix());
    try {
      assert.equal(await readLogIdentity(client, keys, never), undefined);
      const answers = await Promise.all([4, 8, 16, 64].map((partitions) => openLog(client, keys, partitions, never)));
      const identities = answers.map((answer) => {
        assert(answer.kind === 'answered');
        return answer.value;
      });
      const stored = await readLogIdentity(client, keys, never);
      for (const identity of identities) assert.deepEqual(identity, stored);
      assert.match(stored!.log_id, /^[0-9a-f]{32}$/);
      assert.equal(stored!.epoch, 0);
    } finally {
      client.close();
    }
  });

  it('that is damaged is an error naming its key', async () => {
    const client = createClient({ endpoints: etcd().endpoints });
    const keys = new Keys(freshPrefix());
    try {
      await client.put(keys.logIdentity).value('{"log_id":7}');
      await assert.rejects(readLogIdentity(client, keys, never), /meta\/log in etcd is not as expected: .*log_id/);
      await client.put(keys.logIdentity).value('nonsense');
      await assert.rejects(openLog(client, keys, 16, never), /meta\/log in etcd is not JSON/);
    } finally {
      client.close();
    }
  });
});
