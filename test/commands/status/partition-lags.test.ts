import assert from 'node:assert/strict';
import { partitionLags } from '../../../commands/status/partition-lags.js';

const listed = (state: 'active' | 'building' | 'failed', ...lags: readonly number[]) => ({ row: { state }, lags });

describe('how far behind a partition is', () => {
  it('is as far as the generation that is furthest behind in it, of those that go on', () => {
    const lags = partitionLags(
      [listed('active', 0, 3, 1), listed('building', 9, 2, 0), listed('failed', 99, 99, 99)],
      3,
    );
    assert.deepEqual(lags, [9, 3, 1]);
    assert.deepEqual(partitionLags([], 2), [0, 0]);
  });
});
