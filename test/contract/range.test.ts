import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { type StoreFailure } from '../../domain/store-answer.js';
import { createClient } from '../../infra/etcd/client.js';
import { keysIn } from '../../infra/etcd/key-path.js';
import { EtcdError } from '../../infra/etcd/persistently.js';
import { extentOf, getOne, headRevision, listRange, type ListOptions, type Page } from '../../infra/etcd/range.js';
import { transact } from '../../infra/etcd/transaction.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';
import { portOf, startTcpProxy } from '../support/tcp-proxy.js';

describe('reading ranges of keys', () => {
  const etcd = etcdForSuite();
  let client: Etcd3;
  let at: string;
  beforeEach(() => {
    client = createClient({ endpoints: etcd().endpoints });
    at = freshPrefix();
  });
  afterEach(() => client.close());

  const put = async (name: string, bytes: number) => {
    const operation = { kind: 'put', key: `${at}${name}`, value: Buffer.alloc(bytes, name) } as const;
    const answer = await transact(client, { compares: [], operations: [operation] });
    assert(answer.kind === 'done');
    return answer.revision;
  };
  const name = (i: number) => String(i).padStart(4, '0');
  const collect = async (options: ListOptions = {}, between: () => Promise<unknown> = async () => {}) => {
    const pages: Page[] = [];
    for await (const page of listRange(client, keysIn(at), never, options)) {
      pages.push(page);
      await between();
    }
    return pages;
  };
  const namesOf = (pages: readonly Page[]) =>
    pages.flatMap((page) => (page.kind === 'page' ? page.values.map(({ key }) => key.slice(at.length)) : []));

  it('L7: pages are bounded by bytes, whatever the sizes of the values', async () => {
    const sizes = Array.from({ length: 150 }, (_, i) => (i < 50 ? 50 : 60_000));
    for (const [i, size] of sizes.entries()) await put(name(i), size);
    const pages = await collect({ pageBytes: 200_000 });
    assert.deepEqual(
      namesOf(pages),
      sizes.map((_, i) => name(i)),
    );
    const bytes = pages.map((page) =>
      page.kind === 'page' ? page.values.reduce((sum, { value }) => sum + value.length, 0) : 0,
    );
    // Small values give way to large ones: one page asked for too many, the next grew less, then all are right.
    assert.ok(bytes.filter((size) => size > 200_000).length <= 2, bytes.join(' '));
    assert.ok(pages.length >= 15, `${String(pages.length)} pages`);
  });

  it('P5: all pages are of one revision, though keys are changed, added and deleted meanwhile', async () => {
    for (let i = 0; i < 100; i++) await put(name(i), 10);
    const revision = await headRevision(client, never);
    let n = 0;
    const pages = await collect({ firstLimit: 5, pageBytes: 500 }, async () => {
      await put(name(99 - n), 20);
      await put(`${name(n)}+`, 20);
      await transact(client, { compares: [], operations: [{ kind: 'delete', key: `${at}${name(50 + n)}` }] });
      n++;
    });
    assert.deepEqual(
      namesOf(pages),
      Array.from({ length: 100 }, (_, i) => name(i)),
    );
    for (const page of pages) {
      assert(page.kind === 'page');
      assert.equal(page.revision, revision);
      assert.ok(page.values.every(({ value, modified }) => value.length === 10 && modified <= revision));
    }
    assert.ok(pages.length > 5);
  });

  it('P5: a compaction under a listing is told as its last page', async () => {
    for (let i = 0; i < 40; i++) await put(name(i), 10);
    const pages = await collect({ firstLimit: 10, pageBytes: 100 }, async () => {
      const revision = await put('later', 1);
      await client.kv.compact({ revision: String(revision) });
    });
    assert.deepEqual(
      pages.map(({ kind }) => kind),
      ['page', 'compacted'],
    );
  });

  it('P5: a listing whose pages may be of any revision goes on whatever is compacted', async () => {
    for (let i = 0; i < 40; i++) await put(name(i), 10);
    const pages = await collect({ firstLimit: 10, pageBytes: 1_000, anyRevision: true }, async () => {
      const revision = await put('later', 1);
      await client.kv.compact({ revision: String(revision) });
    });
    assert.ok(pages.length > 2);
    assert.deepEqual(namesOf(pages), [...Array.from({ length: 40 }, (_, i) => name(i)), 'later']);
  });

  it('an empty range is one empty page; keys come without values when asked for so', async () => {
    assert.deepEqual(namesOf(await collect()), []);
    await put('a', 10);
    const [page] = await collect({ keysOnly: true });
    assert(page?.kind === 'page');
    assert.equal(page.values[0]!.value.length, 0);
    assert.ok(page.last);
  });

  it('a range tells its first key and its count by one key, now and as it was', async () => {
    assert.deepEqual((await extentOf(client, keysIn(at), never)).count, 0);
    const before = await put('b', 1_000);
    await put('a', 1_000);
    const now = await extentOf(client, keysIn(at), never);
    assert.deepEqual([now.first, now.count], [`${at}a`, 2]);
    const then = await extentOf(client, keysIn(at), never, { at: before });
    assert.deepEqual([then.first, then.count], [`${at}b`, 1]);
    assert.equal((await getOne(client, `${at}a`, never, { at: before })).stored, undefined);
    assert.equal((await getOne(client, `${at}a`, never)).stored?.value.length, 1_000);
  });

  it('bears an etcd out of reach for as long as it is told to', async () => {
    const proxy = await startTcpProxy(portOf(etcd().endpoint));
    const far = createClient({ endpoints: [proxy.endpoint] });
    try {
      await put('a', 1);
      proxy.refuse();
      const failures: string[] = [];
      const onFailure = ({ kind }: StoreFailure) => void failures.push(kind);
      const begun = performance.now();
      await assert.rejects(getOne(far, `${at}a`, never, { patienceMs: 300, onFailure }), EtcdError);
      assert.ok(performance.now() - begun >= 300);
      const [before, patient] = [failures.length, getOne(far, `${at}a`, never, { onFailure })];
      await eventually('it was asked again and again', () => failures.length > before + 1);
      assert.ok(
        failures.every((kind) => kind === 'unreachable'),
        failures.join(),
      );
      proxy.pass();
      assert.ok((await patient).stored);
    } finally {
      far.close();
      await proxy.close();
    }
  });
});
