import assert from 'node:assert/strict';
import { readStoreStatus } from '../../../commands/status/store-status.js';
import { type DeadLetterOutcome } from '../../../domain/dead-letter-outcome.js';
import { type Lane, type Partition, type Sequence, type SourceId } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { type Revision } from '../../../domain/revision.js';
import { type SourceCheckpoint } from '../../../domain/source-checkpoint.js';
import { type SystemSnapshot } from '../../../domain/system-snapshot.js';
import { never } from '../../support/never.js';

const source = 'a'.repeat(32) as SourceId;

describe('what status counts of the log', () => {
  it('is what it holds behind its horizons: events of replayed letters count, deleted ones do not', async () => {
    const replayed: DeadLetterOutcome = {
      ...{ kind: 'replayed', set: [], at: 0n as Instant, source, events: 2, claim: 1n as Revision, batch: 0 },
    };
    const horizon = {
      ...{
        from: 5n as Revision,
        lanes: [{ lane: 0 as Lane, first: 4 as Sequence }],
        segments: 4,
        events: 40,
        bytes: 9,
      },
      appended_before: 0n as Instant,
    };
    const snapshot: SystemSnapshot = {
      ...{ revision: 20n as Revision, plans: [], generations: [], collectors: [] },
      sources: [{ source, events: 100 } as SourceCheckpoint],
      deadLetters: new Map([[source, 3]]),
      settledLetters: [
        { source, offset: 1, outcome: replayed },
        { source, offset: 2, outcome: { kind: 'discarded', reason: 'x', at: 0n as Instant } },
      ],
      trimmed: new Map([[1 as Partition, horizon]]),
    };
    // Two of the four segments before the horizon are deleted already.
    const reach = { partition: 1 as Partition, lane: 0 as Lane, first: 2 as Sequence, end: 10 as Sequence };
    const status = await readStoreStatus(
      {
        identity: () => Promise.resolve({ log_id: 'x', epoch: 0 as never, partitions: 4, format: 1 }),
        snapshot: () => Promise.resolve(snapshot),
        reaches: () => Promise.resolve([reach]),
        newest: () => Promise.resolve([9n as Revision]),
        projections: () => Promise.resolve({ rows: [], lags: [0, 7, 0, 0] }),
      },
      never,
    );
    assert.deepEqual(status.log, { partitions: 4, lanes: 1, segments: 6, events: 62 });
    assert.equal(status.dead_letters, 2);
    assert.deepEqual(status.partition_lags, [0, 7, 0, 0]);
  });
});
