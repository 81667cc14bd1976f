import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { type Etcd3 } from 'etcd3';
import { previous, type Revision } from '../../domain/revision.js';
import { createClient } from '../../infra/etcd/client.js';
import { keysIn } from '../../infra/etcd/key-path.js';
import { type LeaseId } from '../../infra/etcd/stored-value.js';
import { type Operation, transact, transactionBytes, transactionLimits } from '../../infra/etcd/transaction.js';
import { etcdForSuite, freshPrefix, startTestEtcd } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';

const bytes = (text: string) => Buffer.from(text);
const put = (key: string, text: string): Operation => ({ kind: 'put', key, value: bytes(text) });

describe('a transaction in etcd', () => {
  const etcd = etcdForSuite();
  let client: Etcd3;
  let at: string;
  beforeEach(() => {
    client = createClient({ endpoints: etcd().endpoints });
    at = freshPrefix();
  });
  afterEach(() => client.close());

  const done = async (operations: readonly Operation[]): Promise<Revision> => {
    const answer = await transact(client, { compares: [], operations });
    assert(answer.kind === 'done', inspect(answer));
    return answer.revision;
  };

  it('does all of its operations at one revision when every compare holds', async () => {
    const revision = await done([put(`${at}a`, '1')]);
    const answer = await transact(client, {
      compares: [
        { kind: 'created', key: `${at}a`, revision },
        { kind: 'modified', key: `${at}a`, revision },
        { kind: 'modified since', key: `${at}a`, revision },
        { kind: 'modified since', key: `${at}a`, revision: previous(revision) },
        { kind: 'version', key: `${at}a`, version: 1n },
        { kind: 'value', key: `${at}a`, value: bytes('1') },
        { kind: 'absent', key: `${at}b` },
        { kind: 'version', key: `${at}b`, version: 0n },
      ],
      operations: [put(`${at}a`, '2'), put(`${at}b`, '1')],
    });
    assert.deepEqual(answer, { kind: 'done', revision: revision + 1n });
  });

  for (const [what, compare] of Object.entries({
    'create revision': { kind: 'created', revision: 1n as Revision },
    'mod revision': { kind: 'modified', revision: 1n as Revision },
    'a later change': { kind: 'modified since', revision: (1n << 40n) as Revision },
    version: { kind: 'version', version: 7n },
    value: { kind: 'value', value: bytes('other') },
    absence: { kind: 'absent' },
  } as const)) {
    it(`is refused by ${what}, changes nothing and tells what stands there`, async () => {
      const revision = await done([put(`${at}a`, '1')]);
      const answer = await transact(client, {
        compares: [{ ...compare, key: `${at}a` }],
        operations: [put(`${at}b`, '1')],
        elseGet: [`${at}b`, `${at}a`],
      });
      assert(answer.kind === 'refused');
      assert.equal(answer.revision, revision);
      assert.equal(answer.found[0], undefined);
      const found = answer.found[1];
      assert.deepEqual(
        [found?.key, found?.value.toString(), found?.created, found?.modified, found?.version, found?.lease],
        [`${at}a`, '1', revision, revision, 1n, undefined],
      );
    });
  }

  it('a compare with the value of a key that is not there does not hold, not even with an empty one', async () => {
    const answer = await transact(client, {
      compares: [{ kind: 'value', key: `${at}a`, value: bytes('') }],
      operations: [],
    });
    assert.equal(answer.kind, 'refused');
  });

  it('deletes a key and a range', async () => {
    await done([put(`${at}x`, '1'), put(`${at}y/1`, '1'), put(`${at}y/2`, '1'), put(`${at}z`, '1')]);
    await done([
      { kind: 'delete', key: `${at}x` },
      { kind: 'delete-range', range: keysIn(`${at}y/`) },
    ]);
    const left = await client.getAll().prefix(at).keys();
    assert.deepEqual(left, [`${at}z`]);
  });

  it('binds a key to a lease, and applies nothing when the lease is gone', async () => {
    const { ID } = await client.leaseClient.leaseGrant({ TTL: 60 });
    const bind = (key: string): Operation => ({ ...put(key, '1'), lease: ID as LeaseId }) as Operation;
    await done([bind(`${at}a`)]);
    const refused = await transact(client, {
      compares: [{ kind: 'absent', key: `${at}a` }],
      operations: [],
      elseGet: [`${at}a`],
    });
    assert(refused.kind === 'refused');
    assert.equal(refused.found[0]?.lease, ID);
    await client.leaseClient.leaseRevoke({ ID });
    const answer = await transact(client, { compares: [], operations: [put(`${at}c`, '1'), bind(`${at}b`)] });
    assert.deepEqual(answer, { kind: 'lease-gone' });
    assert.deepEqual(await client.getAll().prefix(at).keys(), []);
  });

  it('L7: takes 128 compares, operations and reads and 1.5 MiB less its frame, and throws beyond', async () => {
    const { compares, operations, bytes: most } = transactionLimits;
    const many = (count: number) => Array.from({ length: count }, (_, i) => `${at}${String(i)}`);
    const full = (count: number) => ({
      compares: many(count).map((key) => ({ kind: 'absent', key }) as const),
      operations: many(count).map((key) => put(key, '1')),
      elseGet: many(count),
    });
    assert.equal((await transact(client, full(compares))).kind, 'done');
    assert.equal((await transact(client, full(operations))).kind, 'refused');
    await assert.rejects(transact(client, full(129)), /129 compares.*129 operations.*129 reads/);
    const sized = (length: number) => ({
      compares: [],
      operations: [{ kind: 'put', key: `${at}big`, value: Buffer.alloc(length) } as const],
    });
    const room = most - transactionBytes(sized(0));
    assert.equal((await transact(client, sized(room))).kind, 'done');
    await assert.rejects(transact(client, sized(room + 1)), /1572865 bytes \(at most 1572864\)/);
    await assert.rejects(
      transact(client, { compares: [], operations: [put(`${at}a`, '1'), put(`${at}a`, '2')] }),
      /twice/,
    );
  });

  it('L7: 128 entries that fill the limit to the last byte are taken by etcd', async () => {
    const key = (i: number) => `${at}${'k'.repeat(200)}${String(i).padStart(3, '0')}`;
    const filled = (each: number, last: number) => ({
      compares: Array.from({ length: 128 }, (_, i) => ({ kind: 'absent', key: key(i) }) as const),
      operations: Array.from(
        { length: 128 },
        (_, i) => ({ kind: 'put', key: key(i), value: Buffer.alloc(i === 0 ? last : each) }) as const,
      ),
      elseGet: Array.from({ length: 128 }, (_, i) => key(i)),
    });
    const room = transactionLimits.bytes - transactionBytes(filled(10_000, 0));
    const answer = await transact(client, filled(10_000, room));
    assert.equal(answer.kind, 'done', inspect(answer));
  });

  it('answers unknown when etcd is not there or does not answer in time', async () => {
    const own = await startTestEtcd();
    const lonely = createClient({ endpoints: own.endpoints, deadlineMs: 300 });
    try {
      const one = { compares: [], operations: [put('a', '1')] };
      await eventually('it is connected, and answered in time', async () => {
        return (await transact(lonely, one)).kind === 'done';
      });
      own.pause();
      const kinds: string[] = [];
      // The signal may arrive later than the next transaction.
      await eventually('a transaction gets no answer', async () => {
        const late = await transact(lonely, one);
        kinds.push(late.kind === 'unknown' ? late.failure.kind : late.kind);
        return late.kind === 'unknown';
      });
      own.resume();
      assert.equal(kinds.at(-1), 'slow');
      await own.kill();
      const told = new Set<string>();
      await eventually('it is told that nobody is there', async () => {
        const gone = await transact(lonely, one);
        told.add(gone.kind === 'unknown' ? gone.failure.kind : gone.kind);
        return told.has('unreachable');
      });
      // Who was not run for that long hears first that it took too long.
      told.delete('slow');
      assert.deepEqual([...told], ['unreachable']);
    } finally {
      lonely.close();
      await own.stop();
    }
  });
});
