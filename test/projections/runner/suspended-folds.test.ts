import assert from 'node:assert/strict';
import { type Partition } from '../../../domain/ids.js';
import { type ModelPart } from '../../../domain/read-model.js';
import { type Revision } from '../../../domain/revision.js';
import { SuspendedFolds } from '../../../projections/runner/suspended-folds.js';

const part = (partition: number, generation = 1): ModelPart => ({
  projection: 'history',
  generation,
  partition: partition as Partition,
});

describe('folds whose parts were lost', () => {
  it('P2: are gone on with once, by the same part, and only where nobody has moved the checkpoint', () => {
    const folds = new SuspendedFolds();
    const cuts = [8n as Revision];
    const suspended = (version: bigint) => ({
      fold: { fold: () => undefined, take: () => undefined },
      wanted: 7n as Revision,
      folded: undefined,
      version,
      cuts,
    });
    const one = suspended(3n);
    folds.suspend(part(1), one);
    assert.equal(folds.resume(part(2), 3n, cuts), undefined, 'another partition');
    assert.equal(folds.resume(part(1, 2), 3n, cuts), undefined, 'another generation');
    assert.equal(folds.resume(part(1), 3n, cuts), one);
    assert.equal(folds.resume(part(1), 3n, cuts), undefined, 'given once');
    folds.suspend(part(1), one);
    assert.equal(folds.resume(part(1), 4n, cuts), undefined, 'somebody has committed');
    assert.equal(folds.resume(part(1), 3n, cuts), undefined, 'and it is not kept for later');
    folds.suspend(part(1), one);
    assert.equal(folds.resume(part(1), 3n, []), undefined, 'its runs end elsewhere');
  });
});
