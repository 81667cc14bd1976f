import assert from 'node:assert/strict';
import { type FoldCheckpoint } from '../../../domain/generation.js';
import { type Lane, type Partition, type Sequence } from '../../../domain/ids.js';
import { type CommitStep, type FoundAtRefusal } from '../../../domain/read-model.js';
import { type Revision } from '../../../domain/revision.js';
import { settleCommit } from '../../../projections/runner/settle-commit.js';

const at = (revision: number) => BigInt(revision) as Revision;
const before: FoldCheckpoint = { next: at(50), segments: 4, events: 40 };
const after: FoldCheckpoint = { next: at(60), segments: 5, events: 50 };

/** The last step of a commit by the owner whose claim was created at 7, on a record modified at 3. */
const step: CommitStep = {
  part: { projection: 'gpu', generation: 1, partition: 0 as Partition },
  fence: { claim: at(7), record: at(3), checkpointVersion: 4n },
  changes: [],
  checkpoint: after,
};
const refused = (found: Partial<FoundAtRefusal>) => ({
  kind: 'refused' as const,
  found: { claim: at(7), record: at(3), checkpoint: after, ...found },
});

describe('settling a commit', () => {
  it('P1: an answer that says committed is the end of it', () => {
    assert.deepEqual(settleCommit(step, { kind: 'committed' }), { kind: 'applied', earlier: false });
  });

  it('P1: an error or a time-out leads to the same step again', () => {
    const settled = settleCommit(step, { kind: 'unknown', reason: 'deadline' });
    assert.deepEqual(settled, { kind: 'repeat', reason: 'deadline' });
  });

  it('P1: refused with claim and record still mine and the checkpoint this commit writes was applied earlier', () => {
    assert.deepEqual(settleCommit(step, refused({})), { kind: 'applied', earlier: true });
  });

  const fencedWhen: Readonly<Record<string, Partial<FoundAtRefusal>>> = {
    'the claim is a later one, even where the checkpoint is equal': { claim: at(8) },
    'the claim is gone': { claim: undefined },
    'the record has changed, even where the checkpoint is equal': { record: at(9) },
    'the generation was deleted': { record: undefined, checkpoint: undefined },
    'the checkpoint is the one from before': { checkpoint: before },
    'the checkpoint is gone': { checkpoint: undefined },
    'the checkpoint covers as far but counts otherwise': { checkpoint: { ...after, events: 51 } },
  };
  for (const [when, found] of Object.entries(fencedWhen)) {
    it(`P1: fenced when ${when}`, () => {
      assert.equal(settleCommit(step, refused(found)).kind, 'fenced');
    });
  }

  it('L9: fenced when the log holds another segment than the last that was folded, or none; not once it was applied', () => {
    const folded = { lane: 0 as Lane, sequence: 8 as Sequence, revision: at(59) };
    const fenced: CommitStep = { ...step, fence: { ...step.fence, folded } };
    for (const now of [at(58), undefined])
      assert.deepEqual(settleCommit(fenced, refused({ checkpoint: before, folded: now })), {
        kind: 'fenced',
        reason: 'the log does not hold what was folded',
      });
    assert.equal(
      settleCommit(fenced, refused({ folded: undefined })).kind,
      'applied',
      'retention has deleted it since',
    );
  });

  it('P1: a step without a checkpoint is never taken for applied earlier', () => {
    const first = { ...step, checkpoint: undefined };
    assert.equal(settleCommit(first, refused({ checkpoint: after })).kind, 'fenced');
    assert.equal(settleCommit(first, refused({ checkpoint: undefined })).kind, 'fenced');
  });
});
