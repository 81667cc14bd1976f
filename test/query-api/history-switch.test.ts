import assert from 'node:assert/strict';
import { type FoldCheckpoint, type GenerationRecord } from '../../domain/generation.js';
import { type Lane, type Partition, type Sequence } from '../../domain/ids.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type Revision } from '../../domain/revision.js';
import { encodeSegment } from '../../domain/segment/encode.js';
import { LogTail } from '../../query-api/model/log-tail.js';
import { Model } from '../../query-api/model/model.js';
import { at, segmentOf } from './support/made-rows.js';

const p0 = 0 as Partition;
const record = (generation: number): GenerationRecord => ({
  ...{ projection: 'history', generation, version: 1, state: 'active', partial: generation > 1 },
  created_at: at('2025-01-01T00:00:00Z'),
});
const bytes = encodeSegment(
  segmentOf('c1', '2025-01-01T00:00:00Z', 0, [{ uuid: 'GPU-a', at: '2025-01-01T00:00:00Z' }]),
);
const entry = (revision: bigint): LogEntry => ({
  ...{ partition: p0, lane: 0 as Lane, sequence: Number(revision) as Sequence, key: `log/${revision}`, bytes },
  revision: revision as Revision,
});
const upTo = (next: bigint) => {
  const checkpoint: FoldCheckpoint = { next: next as Revision, segments: 1, events: 1 };
  return { kind: 'changed', changes: [], checkpoints: [[p0, checkpoint]] } as const;
};
const switchTo = (model: Model, generation: number, next: bigint) => {
  const updates = [{ kind: 'opened', record: record(generation) } as const, upTo(next), { kind: 'loaded' } as const];
  for (const update of updates) model.applyUpdate('history', update);
};
const tailOf = (model: Model) => model.history(p0).tail.map(({ revision }) => revision);

describe('a generation of history whose runs end elsewhere', () => {
  it('R1: takes over only when the tail answers for what it has not written, so that no record is missing', () => {
    const model = new Model(1, assert.fail);
    for (const projection of ['gpu', 'host', 'cluster', 'health'] as const) {
      model.applyUpdate(projection, { kind: 'opened', record: { ...record(1), projection } });
      model.applyUpdate(projection, upTo(31n));
      model.applyUpdate(projection, { kind: 'loaded' });
    }
    switchTo(model, 1, 21n);
    assert.equal(model.beginTail(p0), 21n);
    model.applyListed({ entries: [entry(25n), entry(30n)], through: 30n as Revision, live: false });
    assert.deepEqual(tailOf(model), [25n, 30n]);

    switchTo(model, 2, 11n);
    assert.equal(model.history(p0).generation, 1);
    const [missing] = model.missing();
    assert.deepEqual(missing, { partition: p0, from: 11n, to: 20n });
    model.applyUpdate('gpu', upTo(41n));
    model.fill(missing, [entry(15n), entry(20n)]);
    assert.deepEqual([model.history(p0).generation, model.history(p0).next], [2, 11n]);
    assert.deepEqual(tailOf(model), [15n, 20n, 25n, 30n]);
    assert.deepEqual(model.missing(), []);
    model.applyUpdate('history', upTo(26n));
    assert.deepEqual(tailOf(model), [30n]);
  });

  it('L6: knows the times of a segment from the look that would have stopped its partition', () => {
    const tail = new LogTail();
    tail.append(entry(25n));
    tail.prepend(p0, [entry(15n)]);
    const time = at('2025-01-01T00:00:00Z');
    const bounds = { cluster: 'c1', first: time, last: time };
    assert.deepEqual(
      tail.from(p0, 0n as Revision).map((one) => [one.revision, one.bounds]),
      [
        [15n, bounds],
        [25n, bounds],
      ],
    );
  });
});
