import assert from 'node:assert/strict';
import { firstGenerations } from '../../domain/build-decisions.js';
import { createClient } from '../../infra/etcd/client.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { Keys } from '../../infra/etcd/keys.js';
import { EtcdModelFeed } from '../../infra/etcd/model-feed.js';
import { type Instant } from '../../domain/instant.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';

describe('the documents of active generations as they are followed', () => {
  const etcd = etcdForSuite();

  it('P5: bears a compaction between the reading of a pointer and of what it points to', async () => {
    const keys = new Keys(freshPrefix());
    const other = createClient({ endpoints: etcd().endpoints });
    const client = createClient({ endpoints: etcd().endpoints });
    const stop = new AbortController();
    const { kv } = client;
    const range = kv.range.bind(kv);
    let compactions = 0;
    kv.range = async (request, options) => {
      const reply = await range(request, options);
      if (request.key?.toString() !== keys.activePointer('gpu') || compactions === 3) return reply;
      compactions += 1;
      const { header } = await other.put(`${keys.prefix}another`).value('');
      await other.kv.compact({ revision: header.revision });
      return reply;
    };
    try {
      const record = { projection: 'gpu', generation: 1, version: 1, state: 'active', partial: false } as const;
      await generationRegistry(other, keys).change(
        (view) => firstGenerations(view, [{ ...record, created_at: 0n as Instant }]),
        stop.signal,
      );
      const feed = new EtcdModelFeed(client, keys).follow('gpu', stop.signal);
      const first = await feed.next();
      assert.equal(first.value?.kind, 'opened');
      assert.equal(compactions, 3);
      stop.abort();
      await feed.return();
    } finally {
      client.close();
      other.close();
    }
  });
});
