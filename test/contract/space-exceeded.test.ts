import assert from 'node:assert/strict';
import { createClient } from '../../infra/etcd/client.js';
import { transact, type TransactionAnswer } from '../../infra/etcd/transaction.js';
import { startTestEtcd } from '../support/etcd.js';

describe('an etcd over its quota', () => {
  it('L8: says so, sometimes to a transaction that it has applied; all answered done are there', async () => {
    const etcd = await startTestEtcd({ quotaBytes: 16 << 20 });
    const client = createClient({ endpoints: etcd.endpoints, deadlineMs: 10_000 });
    try {
      const write = (name: string) =>
        transact(client, {
          compares: [{ kind: 'absent', key: `full/${name}` }],
          operations: [{ kind: 'put', key: `full/${name}`, value: Buffer.alloc(200_000, name) }],
        });
      const answers: { name: string; answer: TransactionAnswer }[] = [];
      let next = 0;
      const fill = async () => {
        for (let failed = 0; failed < 3;) {
          const name = `key-${String(next++)}`;
          const answer = await write(name);
          if (answer.kind !== 'done') failed++;
          answers.push({ name, answer });
        }
      };
      await Promise.all(Array.from({ length: 32 }, fill));
      const stored = new Set(await client.getAll().prefix('full/').keys());
      const full = answers.filter(({ answer }) => answer.kind === 'unknown' && answer.failure.kind === 'full');
      const others = answers.filter((entry) => !full.includes(entry));
      assert.ok(full.length > 0);
      assert.ok(others.every(({ answer, name }) => answer.kind === 'done' && stored.has(`full/${name}`)));
      const applied = full.filter(({ name }) => stored.has(`full/${name}`));
      console.log(`      of ${String(full.length)} answered "full" ${String(applied.length)} had been applied`);
      // By now the alarm is raised: nothing that puts is applied any more.
      const after = await write('later');
      assert(after.kind === 'unknown');
      assert.equal(after.failure.kind, 'full');
      assert.ok(!(await client.getAll().prefix('full/later').keys()).length);
    } finally {
      client.close();
      await etcd.stop();
    }
  });
});
