import assert from 'node:assert/strict';
import { createClient } from '../../infra/etcd/client.js';
import { transact, type TransactionAnswer } from '../../infra/etcd/transaction.js';
import { startTestEtcd } from '../support/etcd.js';
import { eventually } from '../support/eventually.js';

const isFull = (answer: TransactionAnswer): boolean => answer.kind === 'unknown' && answer.failure.kind === 'full';

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
          if (isFull(answer)) failed++;
          answers.push({ name, answer });
        }
      };
      await Promise.all(Array.from({ length: 32 }, fill));
      const stored = new Set(await client.getAll().prefix('full/').keys());
      const full = answers.filter(({ answer }) => isFull(answer));
      assert.ok(full.length > 0);
      // Of an etcd that was not run for a while there may be no answer at all.
      for (const { answer, name } of answers)
        assert.ok(answer.kind === 'unknown' || (answer.kind === 'done' && stored.has(`full/${name}`)), name);
      const applied = full.filter(({ name }) => stored.has(`full/${name}`));
      console.log(`      of ${String(full.length)} answered "full" ${String(applied.length)} had been applied`);
      // By now the alarm is raised: nothing that puts is applied any more.
      await eventually('it says so again', async () => {
        const after = await write('later');
        assert.equal(after.kind, 'unknown');
        return isFull(after);
      });
      assert.ok(!(await client.getAll().prefix('full/later').keys()).length);
    } finally {
      client.close();
      await etcd.stop();
    }
  });
});
