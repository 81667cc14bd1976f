import assert from 'node:assert/strict';
import { Reliever } from '../../../commands/retention/relieve.js';
import { type RetentionPorts } from '../../../commands/retention/retention-ports.js';
import { decideDefragmentationOfFull } from '../../../commands/retention/space.js';
import { type Revision } from '../../../domain/revision.js';
import { type StoreSpace } from '../../../domain/store-space.js';
import { never } from '../../support/never.js';

const answered = <T>(value: T) => Promise.resolve({ kind: 'answered' as const, value });

/** What defragmenting answers when no member was left out. */
const all = { leftOut: [] };

/** Of an etcd that takes no put, of whose log nothing is recorded to go. */
const portsOf = (clock: () => number): Pick<RetentionPorts, 'trims' | 'notice' | 'clock'> => ({
  trims: {
    horizons: () => answered({ horizons: new Map(), modified: new Map() }),
    floors: () => assert.fail('no floor is asked for'),
    record: () => assert.fail('a full etcd takes no put'),
    deleteBefore: () => answered({ more: false }),
  },
  notice: () => undefined,
  clock,
});

describe('the relief of a full etcd', () => {
  it('L8: defragments where that leaves room for a put, and not where what is in use fills it', () => {
    const full = (usedBytes: number, lastMs: number, compacted = false) =>
      decideDefragmentationOfFull({ usedBytes, fileBytes: 100, quotaBytes: 100 }, lastMs, compacted);
    assert.deepEqual([full(94, Infinity), full(95, Infinity), full(99, Infinity)], [true, false, false]);
    assert.deepEqual([full(50, 29_999), full(50, 30_000)], [false, true]);
    assert.deepEqual([full(99, 29_999, true), full(99, 30_000, true)], [false, true]);
  });

  it('L8: keys that went after it was full are given back, though etcd goes on counting them', async () => {
    let space: StoreSpace = { usedBytes: 99, fileBytes: 100, quotaBytes: 100 };
    let [head, compacted, now, defragmented, disarmed] = [9n, 0n, 0, 0, 0];
    const reliever = new Reliever({
      ...portsOf(() => now),
      log: { head: () => Promise.resolve(head as Revision), follow: () => assert.fail('nothing is followed') },
      watch: { space: () => answered(space), alarms: () => answered(['1']) },
      upkeep: {
        compact: (through) => answered(void (compacted = through)),
        defragment: () => {
          defragmented += 1;
          // What was deleted at revision 10 is 80 of the 100.
          const usedBytes = compacted >= 10n ? 20 : 99;
          space = { ...space, usedBytes, fileBytes: usedBytes };
          return answered(all);
        },
        disarm: () => answered(void disarmed++),
      },
    });
    for (; now < 90_000; now += 1_000) assert.equal((await reliever.relieve(never)).kind, 'full');
    assert.equal(defragmented, 1, 'once for what was compacted, and not again while nothing changes');
    head = 10n;
    assert.equal((await reliever.relieve(never)).kind, 'relieved');
    assert.deepEqual([defragmented, disarmed], [2, 1]);
  });

  it('L8: a compaction or a defragmentation that is not answered is tried again', async () => {
    let space: StoreSpace = { usedBytes: 99, fileBytes: 100, quotaBytes: 100 };
    let [now, compactions, defragmented] = [0, 0, 0];
    const slow = () => Promise.resolve({ kind: 'unknown' as const, failure: { kind: 'slow' as const, message: '' } });
    const reliever = new Reliever({
      ...portsOf(() => now),
      log: { head: () => Promise.resolve(9n as Revision), follow: () => assert.fail('nothing is followed') },
      watch: { space: () => answered(space), alarms: () => answered(['1']) },
      upkeep: {
        compact: () => (++compactions < 3 ? slow() : answered(undefined)),
        defragment: () => {
          if (++defragmented === 1) return slow();
          space = { ...space, usedBytes: 20, fileBytes: 20 };
          return answered(all);
        },
        disarm: () => answered(undefined),
      },
    });
    const relief = async () => (await reliever.relieve(never)).kind;
    assert.deepEqual([await relief(), await relief(), defragmented], ['full', 'full', 0]);
    assert.deepEqual([await relief(), defragmented], ['full', 1]);
    now += 30_000;
    assert.deepEqual([await relief(), defragmented], ['relieved', 2]);
  });

  it('L8: one that cannot be relieved is not defragmented back to back', async () => {
    let now = 0;
    let defragmented = 0;
    const space: StoreSpace = { usedBytes: 90, fileBytes: 100, quotaBytes: 100 };
    const reliever = new Reliever({
      ...portsOf(() => now),
      log: { head: () => Promise.resolve(9n as Revision), follow: () => assert.fail('nothing is followed') },
      watch: { space: () => answered(space), alarms: () => answered(['1']) },
      upkeep: {
        compact: () => answered(undefined),
        defragment: () => {
          defragmented += 1;
          return answered(all);
        },
        disarm: () => assert.fail('there is no room'),
      },
    });
    for (; now < 60_000; now += 1_000) assert.equal((await reliever.relieve(never)).kind, 'full');
    assert.equal(defragmented, 2);
  });
});
