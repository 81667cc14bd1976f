import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Epoch, type Partition } from '../../domain/ids.js';
import { compareCursors, type Cursor } from '../../domain/position.js';
import { type Revision } from '../../domain/revision.js';
import { type LiveUpdate } from '../../query-api/live/live-update.js';
import { Conflation } from '../../query-api/ws/conflation.js';

const cursorOf = (revision: number): Cursor => ({
  ...{ epoch: 1 as Epoch, partition: 0 as Partition, place: 0 },
  revision: BigInt(revision) as Revision,
});

const updateOf = (gpu: number, revision: number): LiveUpdate =>
  ({ cluster: 'c', hostname: 'h', uuid: `GPU-${gpu}`, cursor: cursorOf(revision) }) as unknown as LiveUpdate;

/** A GPU that has news, or nothing: one that waits is sent. */
const moves = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(undefined)), { maxLength: 60 });

describe('conflation', () => {
  it('Q5: whoever resumes behind the last cursor that was sent misses the newest update of no device', () => {
    fc.assert(
      fc.property(moves, (given) => {
        const conflation = new Conflation();
        const newest = new Map<string, LiveUpdate>();
        const sent = new Map<string, LiveUpdate>();
        let last = cursorOf(0);
        for (const [at, gpu] of given.entries()) {
          if (gpu !== undefined) {
            const update = updateOf(gpu, at + 1);
            conflation.add(update);
            newest.set(update.uuid, update);
            continue;
          }
          const taken = conflation.take();
          if (!taken) continue;
          assert.ok(compareCursors(taken.cursor, last) >= 0, 'cursors do not go back');
          last = taken.cursor;
          sent.set(taken.update.uuid, taken.update);
          for (const [uuid, update] of newest)
            assert.ok(sent.get(uuid) === update || compareCursors(update.cursor, last) > 0, `${uuid} is missed`);
        }
      }),
    );
  });

  it('Q5: gives each update the cursor of its own when nothing else waits, and counts what it stands for', () => {
    const conflation = new Conflation();
    conflation.add(updateOf(1, 1));
    assert.deepEqual(conflation.take()?.cursor, cursorOf(1));
    for (const revision of [2, 3, 4]) conflation.add(updateOf(1, revision));
    const { update, skipped, cursor } = conflation.take()!;
    assert.deepEqual([update.cursor, skipped, cursor], [cursorOf(4), 2, cursorOf(4)]);
    assert.equal(conflation.take(), undefined);
  });
});
