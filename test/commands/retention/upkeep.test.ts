import assert from 'node:assert/strict';
import { EtcdUpkeep } from '../../../commands/retention/upkeep.js';
import { type Revision } from '../../../domain/revision.js';
import { type StoreSpace } from '../../../domain/store-space.js';
import { never } from '../../support/never.js';

const answered = <T>(value: T) => Promise.resolve({ kind: 'answered' as const, value });

describe('the upkeep of etcd', () => {
  it('P8: compacts as much is written, and never the newest revision, which a killed etcd might lose', async () => {
    let space: StoreSpace = { usedBytes: 60, fileBytes: 60, quotaBytes: 100 };
    let [head, now] = [9n, 0];
    const compacted: bigint[] = [];
    const upkeep = new EtcdUpkeep({
      log: { head: () => Promise.resolve(head as Revision), follow: () => assert.fail('nothing is followed') },
      watch: { space: () => answered(space), alarms: () => answered([]) },
      notice: () => undefined,
      clock: () => now,
      upkeep: {
        compact: (through) => answered(void compacted.push(through)),
        defragment: () => assert.fail('the file has no free pages'),
        disarm: () => assert.fail('there is no alarm'),
      },
    });
    const look = async (written: number): Promise<void> => {
      now += 1_000;
      space = { ...space, usedBytes: space.usedBytes + written, fileBytes: space.usedBytes + written };
      await upkeep.step(space, never);
    };
    await look(0);
    assert.deepEqual(compacted, [8n], 'what came before it is unknown');
    head = 12n;
    await look(1);
    assert.deepEqual(compacted, [8n], 'little was written');
    await look(2);
    assert.deepEqual(compacted, [8n, 11n]);
    await look(5);
    assert.deepEqual(compacted, [8n, 11n], 'there is no later revision but the newest');
  });
});
