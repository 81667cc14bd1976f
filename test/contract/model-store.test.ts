import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import { type FoldCheckpoint, type GenerationRecord } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type DocumentChange, type Fence, type ModelPart, type ModelStore } from '../../domain/read-model.js';
import { type Revision } from '../../domain/revision.js';
import { firstGenerations } from '../../domain/begin-build.js';
import { createClient } from '../../infra/etcd/client.js';
import { generationRegistry } from '../../infra/etcd/generation-registry.js';
import { Keys } from '../../infra/etcd/keys.js';
import { modelStore } from '../../infra/etcd/model-store.js';
import { transact } from '../../infra/etcd/transaction.js';
import { sendCommit } from '../../projections/runner/send-commit.js';
import { splitCommit } from '../../projections/runner/split-commit.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';
import { startTcpProxy } from '../support/tcp-proxy.js';

const part: ModelPart = { projection: 'gpu', generation: 1, partition: 3 as Partition };
const record: GenerationRecord = {
  projection: 'gpu',
  generation: 1,
  version: 1,
  state: 'active',
  partial: false,
  created_at: 0n as Instant,
};
const checkpoint = (next: number): FoldCheckpoint => ({ next: BigInt(next) as Revision, segments: next, events: next });
const document = (name: string, text: string): DocumentChange => ({ path: ['hosts', name], value: Buffer.from(text) });
const noRepeat = () => undefined;

describe('read models in etcd', () => {
  const etcd = etcdForSuite();
  let [client, keys, models]: [Etcd3?, Keys?, ModelStore?] = [];
  let fence: Fence;

  const claim = async (): Promise<Revision> => {
    const key = keys!.claim(part);
    await transact(client!, { compares: [], operations: [{ kind: 'delete', key }] });
    const put = { kind: 'put', key, value: Buffer.from('me') } as const;
    const answer = await transact(client!, { compares: [], operations: [put] });
    assert(answer.kind === 'done');
    return answer.revision;
  };
  const touchRecord = async () => {
    const key = keys!.generation('gpu', 1);
    const value = await client!.get(key).buffer();
    await transact(client!, { compares: [], operations: [{ kind: 'put', key, value: value! }] });
  };
  const texts = async (store = models!) => {
    const { documents, checkpoint: at } = await store.load(part, true, never);
    const byName = Object.fromEntries(
      documents.map(({ path, value }) => [path.join('/'), Buffer.from(value).toString()]),
    );
    return { documents: byName, next: at?.value.next, version: at?.version };
  };
  const send = (changes: readonly DocumentChange[], next: number, over: Partial<Fence> = {}, store = models!) =>
    sendCommit(store, splitCommit(part, { ...fence, ...over }, changes, checkpoint(next)), never, noRepeat);

  beforeEach(async () => {
    client = createClient({ endpoints: etcd().endpoints });
    keys = new Keys(freshPrefix());
    models = modelStore(client, keys);
    const registry = generationRegistry(client, keys);
    await registry.change((view) => firstGenerations(view, [record]), never);
    const view = await registry.read(never);
    fence = { claim: await claim(), record: view.generations[0]!.modified, checkpointVersion: 0n };
  });
  afterEach(() => client?.close());

  it('P1: documents and checkpoint appear together, and are loaded as they were written', async () => {
    assert.equal((await send([document('a/1', 'one'), document('b', 'two')], 10)).kind, 'applied');
    assert.deepEqual(await texts(), { documents: { 'hosts/a/1': 'one', 'hosts/b': 'two' }, next: 10n, version: 1n });
    await send([{ path: ['hosts', 'b'], value: undefined }], 11, { checkpointVersion: 1n });
    assert.deepEqual(await texts(), { documents: { 'hosts/a/1': 'one' }, next: 11n, version: 2n });
  });

  it('P1: a commit of several transactions moves the checkpoint once', async () => {
    const many = Array.from({ length: 500 }, (_, at) => document(`host-${String(at)}`, 'x'.repeat(3_000)));
    assert.equal((await send(many, 10)).kind, 'applied');
    const stored = await texts();
    assert.equal(Object.keys(stored.documents).length, 500);
    assert.deepEqual([stored.next, stored.version], [10n, 1n]);
  });

  it('P1: an owner whose claim another took writes nothing', async () => {
    await claim();
    assert.equal((await send([document('a', 'old owner')], 10)).kind, 'fenced');
    assert.deepEqual(await texts(), { documents: {}, next: undefined, version: undefined });
  });

  it('P1: a commit on a changed record of the generation writes nothing', async () => {
    await touchRecord();
    assert.equal((await send([document('a', 'late')], 10)).kind, 'fenced');
    assert.deepEqual((await texts()).documents, {});
  });

  it("P1: a rival's commit in between refuses mine, even where its checkpoint reaches as far", async () => {
    const rival = { claim: await claim() };
    assert.equal((await send([document('a', 'rival')], 10, rival)).kind, 'applied');
    assert.equal((await send([document('a', 'mine')], 10)).kind, 'fenced');
    assert.deepEqual((await texts()).documents, { 'hosts/a': 'rival' });
  });

  it('P1: a commit whose answer was lost is repeated and found applied earlier, once', async () => {
    const proxy = await startTcpProxy(Number(new URL(etcd().endpoint).port));
    const through = createClient({ endpoints: [proxy.endpoint], deadlineMs: 300 });
    try {
      const store = modelStore(through, keys!);
      await store.load(part, false, never);
      proxy.holdReplies();
      const sent = send([document('a', 'once')], 10, {}, store);
      await eventually('the commit is in etcd', async () => (await texts()).next === 10n);
      proxy.cut();
      proxy.pass();
      assert.deepEqual(await sent, { kind: 'applied', earlier: 1 });
      assert.deepEqual(await texts(), { documents: { 'hosts/a': 'once' }, next: 10n, version: 1n });
    } finally {
      through.close();
      await proxy.close();
    }
  });

  it('P1: ten collectors that start at once make one generation', async () => {
    const other = new Keys(freshPrefix());
    const registries = Array.from({ length: 10 }, () => generationRegistry(client!, other));
    await Promise.all(
      registries.map((registry, at) =>
        registry.change((view) => firstGenerations(view, [{ ...record, created_at: BigInt(at) as Instant }]), never),
      ),
    );
    const view = await registries[0]!.read(never);
    assert.equal(view.generations.length, 1);
    assert.equal(view.active.get('gpu'), 1);
  });
});
