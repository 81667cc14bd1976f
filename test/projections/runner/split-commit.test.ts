import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Partition } from '../../../domain/ids.js';
import { type Revision } from '../../../domain/revision.js';
import { splitCommit } from '../../../projections/runner/split-commit.js';

const part = { projection: 'gpu', generation: 1, partition: 0 as Partition } as const;
const fence = { claim: 7n as Revision, record: 3n as Revision, checkpointVersion: 4n };
const checkpoint = { next: 60n as Revision, segments: 5, events: 50 };
const changes = fc.array(
  fc.record({
    path: fc.array(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 3 }),
    value: fc.option(
      fc.integer({ min: 0, max: 400_000 }).map((size) => new Uint8Array(size)),
      { nil: undefined },
    ),
  }),
  { maxLength: 400 },
);

describe('splitting a commit', () => {
  it('P1: every change once and in order, within the limits, the checkpoint only in the last', () => {
    fc.assert(
      fc.property(changes, (all) => {
        const steps = splitCommit(part, fence, all, checkpoint);
        assert.deepEqual(
          steps.flatMap((step) => step.changes),
          all,
        );
        assert.deepEqual(
          steps.map((step) => step.checkpoint),
          steps.map((_, at) => (at === steps.length - 1 ? checkpoint : undefined)),
        );
        for (const step of steps) {
          assert.ok(step.changes.length <= 120);
          const bytes = step.changes.reduce((sum, { value }) => sum + (value?.byteLength ?? 0), 0);
          assert.ok(bytes <= 1_250_000);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('a commit without changes still moves the checkpoint', () => {
    assert.deepEqual(splitCommit(part, fence, [], checkpoint), [{ part, fence, changes: [], checkpoint }]);
  });
});
