import assert from 'node:assert/strict';
import { firstGenerations } from '../../domain/begin-build.js';
import { createClient } from '../../infra/etcd/client.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { Keys } from '../../infra/etcd/keys.js';
import { EtcdModelFeed } from '../../infra/etcd/model-feed.js';
import { type Partition } from '../../domain/ids.js';
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

  it('P5: loads a generation whole though etcd is compacted behind every page of its listing', async () => {
    const keys = new Keys(freshPrefix());
    const other = createClient({ endpoints: etcd().endpoints });
    const client = createClient({ endpoints: etcd().endpoints });
    const stop = new AbortController();
    const part = { projection: 'gpu', generation: 1, partition: 0 as Partition } as const;
    const keyOf = (number: number) => keys.document(part, ['d', String(1_000 + number)]);
    const { kv } = client;
    const range = kv.range.bind(kv);
    let pages = 0;
    kv.range = async (request, options) => {
      const reply = await range(request, options);
      if (!request.range_end || !request.key?.toString().startsWith(keys.modelOf(part).start)) return reply;
      pages += 1;
      // One document is changed, one is deleted and one is new, all where the listing has been.
      await other.put(keyOf(0)).value(`changed ${String(pages)}`);
      await other.delete().key(keyOf(pages));
      const { header } = await other.put(keys.document(part, ['a', String(pages)])).value('new');
      await other.kv.compact({ revision: header.revision });
      return reply;
    };
    try {
      const record = { projection: 'gpu', generation: 1, version: 1, state: 'active', partial: false } as const;
      await generationRegistry(other, keys).change(
        (view) => firstGenerations(view, [{ ...record, created_at: 0n as Instant }]),
        stop.signal,
      );
      // Several pages, whose sizes grow from 128 documents.
      for (let number = 0; number < 900; number += 100)
        await Promise.all(Array.from({ length: 100 }, (_, i) => other.put(keyOf(number + i)).value('first')));
      const documents = new Map<string, string>();
      for await (const update of new EtcdModelFeed(client, keys).follow('gpu', stop.signal)) {
        if (update.kind === 'opened') documents.clear();
        if (update.kind === 'loaded') break;
        if (update.kind !== 'changed') continue;
        for (const { path, value } of update.changes)
          if (value === undefined) documents.delete(path.join('/'));
          else documents.set(path.join('/'), Buffer.from(value).toString());
      }
      assert.ok(pages >= 3 && pages < 10, `${String(pages)} pages`);
      const there = await other.getAll().prefix(keys.modelOf(part).start).strings();
      const expected = Object.entries(there).map(([key, value]) => [keys.parseModel(key)!.path!.join('/'), value]);
      assert.deepEqual([...documents].sort(), expected.sort());
    } finally {
      stop.abort();
      client.close();
      other.close();
    }
  });
});
