import assert from 'node:assert/strict';
import { projectionsByCount } from '../../../commands/status/projections-by-count.js';
import { type LaneReach } from '../../../commands/status/store-status.js';
import { type FoldCheckpoint } from '../../../domain/generation.js';
import { type Partition } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { type Revision } from '../../../domain/revision.js';
import { type SystemSnapshot } from '../../../domain/system-snapshot.js';

const reach = (partition: number, lane: number, first: number, end: number) =>
  ({ partition, lane, first, end }) as LaneReach;
const checkpoint = (segments: number, events: number): FoldCheckpoint => ({ next: 9n as Revision, segments, events });

const snapshot: SystemSnapshot = {
  ...{
    revision: 99n as Revision,
    sources: [],
    plans: [],
    deadLetters: new Map(),
    settledLetters: [],
    trimmed: new Map(),
    collectors: [],
  },
  generations: [
    {
      record: {
        ...{ projection: 'gpu', generation: 2, version: 1, state: 'active', partial: false },
        created_at: 0n as Instant,
      },
      active: true,
      checkpoints: new Map([
        [0 as Partition, checkpoint(7, 700)],
        [1 as Partition, checkpoint(3, 30)],
      ]),
    },
  ],
};

describe('projections by count', () => {
  it('L2: are behind by what the lanes ever held and the checkpoints have not, also when the old end is trimmed', () => {
    const [row] = projectionsByCount(snapshot, [reach(0, 0, 5, 8), reach(0, 3, 0, 2), reach(1, 0, 2, 3)], 2);
    assert.deepEqual([row?.lag_segments, row?.events, row?.generation], [8 + 2 + 3 - 10, 730, '2']);
  });

  it('are not behind when all is folded', () => {
    assert.equal(projectionsByCount(snapshot, [reach(0, 0, 0, 7), reach(1, 0, 3, 3)], 2)[0]?.lag_segments, 0);
  });
});
