import assert from 'node:assert/strict';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { GatewayAnnouncement } from '../../domain/gateway-announcement.js';
import { CollectorAnnouncement } from '../../domain/collector-announcement.js';

const member = { id: 'm', name: 'm', pid: 1, started_at: '2025-01-01T00:00:00Z' };
const figures = {
  ...{ partitions: [], events: 0, commits: 0, events_per_second: 0, waiting_segments: 0, settled_commits: 0 },
  ...{ refused_commits: 0, waiting: null },
};

describe('what members say of projections', () => {
  it('R2: a member of a newer program is understood, but for the projections that this one does not know', () => {
    const collector = CollectorAnnouncement.decode({
      ...member,
      ...figures,
      folds: [
        { projection: 'gpu', version: 2 },
        { projection: 'costs', version: 1 },
      ],
      stopped: [{ projection: 'costs', partition: 1, key: 'k', reason: 'r' }],
      rates: [{ projection: 'costs', generation: 1, events_per_second: 1 }],
    });
    assert(isRight(collector));
    const { folds, stopped, rates } = collector.right;
    assert.deepEqual([folds, stopped, rates], [[{ projection: 'gpu', version: 2 }], [], []]);
    const generations = [
      { projection: 'costs', generation: 1 },
      { projection: 'history', generation: 4 },
    ];
    const gateway = GatewayAnnouncement.decode({ ...member, generations });
    assert(isRight(gateway));
    assert.deepEqual(gateway.right.generations, [{ projection: 'history', generation: 4 }]);
  });

  it('what is no such list at all is refused as before', () => {
    for (const folds of ['gpu', [7], [{ projection: 'gpu' }], [{ version: 1 }]])
      assert(
        isLeft(CollectorAnnouncement.decode({ ...member, ...figures, folds, stopped: [] })),
        JSON.stringify(folds),
      );
  });
});
