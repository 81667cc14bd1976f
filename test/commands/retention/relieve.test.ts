import assert from 'node:assert/strict';
import { Reliever } from '../../../commands/retention/relieve.js';
import { type RetentionPorts } from '../../../commands/retention/retention-ports.js';
import { decideDefragmentation } from '../../../commands/retention/space.js';
import { type Revision } from '../../../domain/revision.js';
import { type StoreSpace } from '../../../domain/store-space.js';

const never = new AbortController().signal;
const answered = <T>(value: T) => Promise.resolve({ kind: 'answered' as const, value });

describe('the relief of a full etcd', () => {
  it('L8: defragments where that leaves room for a put, and not where what is in use fills it', () => {
    const full = (usedBytes: number, lastMs: number) =>
      decideDefragmentation({ usedBytes, fileBytes: 100, quotaBytes: 100 }, lastMs, true);
    assert.deepEqual([full(94, Infinity), full(95, Infinity), full(99, Infinity)], [true, false, false]);
    assert.deepEqual([full(50, 29_999), full(50, 30_000)], [false, true]);
  });

  it('L8: one that cannot be relieved is not defragmented back to back', async () => {
    let now = 0;
    let defragmented = 0;
    const space: StoreSpace = { usedBytes: 90, fileBytes: 100, quotaBytes: 100 };
    const ports: Pick<RetentionPorts, 'log' | 'trims' | 'watch' | 'upkeep' | 'clock'> = {
      log: { head: () => Promise.resolve(9n as Revision), follow: () => assert.fail('nothing is followed') },
      trims: {
        horizons: () => answered({ horizons: new Map(), modified: new Map() }),
        floors: () => assert.fail('no floor is asked for'),
        record: () => assert.fail('a full etcd takes no put'),
        deleteBefore: () => answered({ more: false }),
      },
      watch: { space: () => answered(space), alarms: () => answered(['1']) },
      upkeep: {
        compact: () => answered(undefined),
        defragment: () => answered(void defragmented++),
        disarm: () => assert.fail('there is no room'),
      },
      clock: () => now,
    };
    const reliever = new Reliever(ports);
    for (; now < 60_000; now += 1_000) assert.equal((await reliever.relieve(never)).kind, 'full');
    assert.equal(defragmented, 2);
  });
});
