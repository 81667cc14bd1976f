import assert from 'node:assert/strict';
import { type Etcd3 } from 'etcd3';
import fc from 'fast-check';
import { createClient } from '../../infra/etcd/client.js';
import { joinedTransactions } from '../../infra/etcd/joined-transactions.js';
import { getOne } from '../../infra/etcd/range.js';
import { type Transaction, transact } from '../../infra/etcd/transaction.js';
import { type Transactor, transactor } from '../../infra/etcd/transactor.js';
import { etcdForSuite, freshPrefix } from '../support/etcd.js';
import { never } from '../support/never.js';

describe('joined transactions', () => {
  const etcd = etcdForSuite();
  let client: Etcd3;
  let at: string;
  let sent: Transaction[];
  let counted: Transactor;
  beforeEach(() => {
    client = createClient({ endpoints: etcd().endpoints });
    at = freshPrefix();
    sent = [];
    counted = (transaction) => {
      sent.push(transaction);
      return transactor(client, undefined)(transaction);
    };
  });
  afterEach(() => client.close());

  /** Puts keys if the first of them is absent. */
  const putting = (name: string, keys = 1, bytes = 1): Transaction => ({
    compares: [{ kind: 'absent', key: `${at}${name}/0` }],
    operations: Array.from({ length: keys }, (_, n) => ({
      kind: 'put',
      key: `${at}${name}/${String(n)}`,
      value: Buffer.alloc(bytes),
    })),
    elseGet: [`${at}${name}/0`],
  });

  it('of one turn are one transaction, done at one revision', async () => {
    const send = joinedTransactions(counted);
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => send(putting(name, 4))));
    assert.deepEqual([sent.length, sent[0]?.operations.length], [1, 12]);
    assert.deepEqual([...new Set(answers.map(({ kind }) => kind))], ['done']);
    assert.equal(new Set(answers.map((answer) => 'revision' in answer && answer.revision)).size, 1);
  });

  it('P1: are each refused by their own compares, and told what stands there', async () => {
    const names = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(names, names, async (standing, wanted) => {
        at = freshPrefix();
        for (const name of standing) await transact(client, putting(name));
        const send = joinedTransactions(transactor(client, undefined));
        const answers = await Promise.all(wanted.map((name) => send(putting(name))));
        for (const [n, answer] of answers.entries()) {
          const stood = standing.includes(wanted[n]!);
          assert.equal(answer.kind, stood ? 'refused' : 'done');
          if (answer.kind === 'refused') assert.equal(answer.found[0]?.key, `${at}${wanted[n]!}/0`);
          const { stored } = await getOne(client, `${at}${wanted[n]!}/0`, never);
          assert.equal(stored?.version, 1n);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('L7: are as many as etcd takes in one, and no more', async () => {
    const send = joinedTransactions(counted);
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((name) => send(putting(name, 60))).concat(send(putting('large', 1, 1_000_000))),
    );
    assert.deepEqual(
      sent.map(({ operations }) => operations.length),
      [120, 120, 60, 1],
    );
    assert.ok(answers.every(({ kind }) => kind === 'done'));
  });

  it('P1: are all unknown when the whole is: each is sent again by itself', async () => {
    const unknown = { kind: 'unknown', failure: { kind: 'slow', message: 'no answer' } } as const;
    let lost = false;
    const losing: Transactor = async (transaction) => {
      const answer = await counted(transaction);
      if (lost) return answer;
      lost = true;
      return unknown;
    };
    const send = joinedTransactions(losing);
    assert.deepEqual(await Promise.all([send(putting('a')), send(putting('b'))]), [unknown, unknown]);
    // It was applied: so each one finds, by itself.
    assert.equal((await send(putting('a'))).kind, 'refused');
    assert.equal((await send(putting('b'))).kind, 'refused');
  });

  it('fail by themselves where one of them is none that etcd takes', async () => {
    const send = joinedTransactions(counted);
    const { operations, ...rest } = putting('twice');
    const failing = send({ ...rest, operations: [...operations, ...operations] });
    const other = send(putting('a'));
    await assert.rejects(failing, RangeError);
    assert.equal((await other).kind, 'done');
  });
});

describe('joined transactions of a user who may not write everything', () => {
  const etcd = etcdForSuite();
  const [username, password] = ['writer', 'not-a-real-password'];
  let [root, client]: [Etcd3?, Etcd3?] = [];
  before(async () => {
    root = createClient({ endpoints: etcd().endpoints });
    const { auth } = root;
    await auth.roleAdd({ name: username });
    const perm = { permType: 'Readwrite', key: Buffer.from('mine/'), range_end: Buffer.from('mine0') } as const;
    await auth.roleGrantPermission({ name: username, perm });
    for (const [name, role] of [
      [username, username],
      ['root', 'root'],
    ] as const) {
      if (role === 'root') await auth.roleAdd({ name: role });
      await auth.userAdd({ name, password });
      await auth.userGrantRole({ user: name, role });
    }
    await auth.authEnable();
    client = createClient({ endpoints: etcd().endpoints, user: { username, password } });
  });
  after(() => [root, client].forEach((one) => one?.close()));

  const putting = (key: string): Transaction => ({
    compares: [{ kind: 'absent', key }],
    operations: [{ kind: 'put', key, value: Buffer.from('it') }],
  });

  it('are each taken that etcd takes by itself', async () => {
    const send = joinedTransactions(transactor(client!, undefined));
    const answers = await Promise.all(['mine/a', 'others/b', 'mine/c'].map((key) => send(putting(key))));
    assert.deepEqual(
      answers.map((answer) => (answer.kind === 'unknown' ? answer.failure.kind : answer.kind)),
      ['done', 'refused', 'done'],
    );
  });
});
