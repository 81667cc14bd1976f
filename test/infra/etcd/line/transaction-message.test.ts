import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Etcd3 } from 'etcd3';
import { next, type Revision } from '../../../../domain/revision.js';
import { createClient } from '../../../../infra/etcd/client.js';
import { transactionMessage } from '../../../../infra/etcd/line/transaction-message.js';
import { readReply } from '../../../../infra/etcd/line/transaction-reply.js';
import { type LeaseId } from '../../../../infra/etcd/stored-value.js';
import { type Compare, type Operation, transact, type Transaction } from '../../../../infra/etcd/transaction.js';

/** How the package itself writes a request and a reply: not public of it. */
interface PackageMessages {
  readonly requestSerialize: (request: object) => Buffer;
  readonly responseSerialize: (reply: object) => Buffer;
}

const messages = (client: Etcd3): PackageMessages => {
  const { pool } = client as unknown as { pool: { hosts: { getServiceClient(name: string): object }[] } };
  const { service } = pool.hosts[0]!.getServiceClient('KV').constructor as unknown as {
    service: { Txn: PackageMessages };
  };
  return service.Txn;
};

const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
const value = fc.uint8Array({ maxLength: 400 });
const number = fc.oneof(fc.bigInt(0n, 300n), fc.bigInt(0n, 2n ** 63n - 2n));
const revision = number as fc.Arbitrary<Revision>;
const range = fc.record({ start: key, end: key });
const compare: fc.Arbitrary<Compare> = fc.oneof(
  fc.record({ kind: fc.constant('absent' as const), key }),
  fc.record({ kind: fc.constant('created' as const), key, revision }),
  fc.record({ kind: fc.constant('modified' as const), key, revision }),
  fc.record({ kind: fc.constant('modified since' as const), key, revision: revision.map((at) => next(at)) }),
  fc.record({ kind: fc.constant('version' as const), key, version: number }),
  fc.record({ kind: fc.constant('value' as const), key, value }),
  fc.record({ kind: fc.constant('none created after' as const), range, revision }),
);
const lease = fc.bigInt(1n, 2n ** 63n - 1n).map((id) => String(id) as LeaseId);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), key, value, lease }, { requiredKeys: ['kind', 'key', 'value'] }),
  fc.record({ kind: fc.constant('delete' as const), key }),
  fc.record({ kind: fc.constant('delete-range' as const), range }),
);
const keyOf = (one: Operation): unknown => (one.kind === 'delete-range' ? one : one.key);
const transaction: fc.Arbitrary<Transaction> = fc.record({
  compares: fc.array(compare, { maxLength: 8 }),
  operations: fc.uniqueArray(operation, { maxLength: 8, selector: keyOf }),
  elseGet: fc.array(key, { maxLength: 4 }),
});
const int64 = number.map(String);
const found = fc.record({
  key: value,
  value,
  create_revision: int64,
  mod_revision: int64,
  version: int64,
  lease: int64,
});

describe('a transaction as it travels', () => {
  const client = createClient({ endpoints: ['http://127.0.0.1:1'] });
  const { requestSerialize, responseSerialize } = messages(client);
  after(() => client.close());

  /** What the package would send, had it been asked. */
  const sentByThePackage = async (wanted: Transaction): Promise<Buffer> => {
    let bytes: Buffer | undefined;
    const txn = (request: object): Promise<object> => {
      bytes = requestSerialize(request);
      return Promise.resolve({ header: { revision: '1' }, succeeded: true, responses: [] });
    };
    await transact({ kv: { txn } } as unknown as Etcd3, wanted);
    return bytes!;
  };

  it('is byte for byte what the package sends', async () => {
    await fc.assert(
      fc.asyncProperty(transaction, async (wanted) => {
        const message = transactionMessage(wanted);
        assert.deepEqual([message[0], message.readUInt32BE(1)], [0, message.length - 5]);
        assert.deepEqual(message.subarray(5), await sentByThePackage(wanted));
      }),
    );
  });

  it('its reply says what the package reads in it', () => {
    fc.assert(
      fc.property(number, fc.boolean(), fc.array(fc.option(found), { maxLength: 4 }), (at, succeeded, values) => {
        const ranges = values.map((one) => ({ response_range: { kvs: one ? [one] : [], count: one ? '1' : '0' } }));
        const header = { cluster_id: '7', member_id: '8', revision: String(at), raft_term: '9' };
        const reply = readReply(responseSerialize({ header, succeeded, responses: ranges }));
        if (succeeded) return assert.deepEqual(reply, { kind: 'done', revision: at });
        assert.deepEqual(reply, {
          ...{ kind: 'refused', revision: at },
          found: values.map((one) =>
            one === null
              ? undefined
              : {
                  key: Buffer.from(one.key).toString('utf8'),
                  value: Buffer.from(one.value),
                  created: BigInt(one.create_revision),
                  modified: BigInt(one.mod_revision),
                  version: BigInt(one.version),
                  lease: one.lease === '0' ? undefined : one.lease,
                },
          ),
        });
      }),
    );
  });

  it('a reply that is cut off or none of the protocol is an error', () => {
    const whole = responseSerialize({ header: { revision: '300' }, succeeded: true, responses: [] });
    assert.throws(() => readReply(whole.subarray(0, 2)), /cut off/);
    assert.throws(() => readReply(Buffer.alloc(20, 0xff)), /no message/);
  });
});
