import assert from 'node:assert/strict';
import { type GenerationRecord, type ProjectionName, projectionNames } from '../../domain/generation.js';
import { type Revision } from '../../domain/revision.js';
import { Model } from '../../query-api/model/model.js';
import { announced } from '../../query-api/model/standing.js';
import { at } from './support/made-rows.js';

const load = (model: Model, projection: ProjectionName): void => {
  const fixed = { generation: 1, version: 1, state: 'active', partial: false } as const;
  const record: GenerationRecord = { ...fixed, projection, created_at: at('2025-01-01T00:00:00Z') };
  model.applyUpdate(projection, { kind: 'opened', record });
  model.applyUpdate(projection, { kind: 'loaded' });
};

describe('what a gateway announces while it loads', () => {
  it('R1: that it is on its way until it answers, so that what is built anew gives way to it', () => {
    const model = new Model(1, assert.fail);
    assert.equal(announced(model).loading, true);
    projectionNames.forEach((projection) => load(model, projection));
    assert.equal(announced(model).loading, true, 'the end of the log is still to come');
    model.applyLog({ entries: [], through: 1n as Revision, live: true });
    assert.deepEqual(announced(model), {
      generations: projectionNames.map((projection) => ({ projection, generation: 1 })),
    });
  });

  it('R1: nothing while it waits for the very build that would give way to it', () => {
    const model = new Model(1, assert.fail);
    model.applyUpdate('gpu', { kind: 'absent' });
    assert.equal(announced(model).loading, undefined);
    assert.equal(announced(undefined).loading, undefined);
  });
});
