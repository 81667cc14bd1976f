import assert from 'node:assert/strict';
import { type GenerationRecord } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { revision } from '../../domain/revision.js';
import { ActiveGeneration } from '../../query-api/model/loaded-generation.js';
import { at } from './support/made-rows.js';

const record = (generation: number): GenerationRecord => ({
  projection: 'gpu',
  generation,
  version: 1,
  state: 'active',
  partial: false,
  created_at: at('2025-01-01T00:00:00Z'),
});

const p0 = 0 as Partition;
const upTo = (next: string) => {
  const checkpoints = [[p0, { next: revision(next), segments: 1, events: 1 }]] as const;
  return { kind: 'changed', changes: [], checkpoints } as const;
};

describe('the generation that queries answer from', () => {
  const opened = (generation: number) => ({ kind: 'opened', record: record(generation) }) as const;
  const begun = () => {
    const active = new ActiveGeneration('gpu', () => ({ apply: () => undefined }));
    for (const update of [opened(1), upTo('10'), { kind: 'loaded' } as const, upTo('20')]) active.apply(update);
    return active;
  };
  const served = (active: ReturnType<typeof begun>) => active.loaded?.record.generation;

  it('Q1: there is none before the first listing is whole', () => {
    const active = new ActiveGeneration('gpu', () => ({ apply: () => undefined }));
    active.apply(opened(1));
    active.apply(upTo('10'));
    assert.equal(served(active), undefined);
    active.apply({ kind: 'loaded' });
    assert.equal(served(active), 1);
  });

  it('R1: the old one answers until the new one is whole', () => {
    const active = begun();
    active.apply(opened(2));
    active.apply(upTo('25'));
    assert.equal(served(active), 1);
    assert.equal(active.loaded?.next(p0), 20n);
    active.apply({ kind: 'loaded' });
    assert.equal(served(active), 2);
    assert.equal(active.loaded?.next(p0), 25n);
  });

  it('R1: a new one that has folded less waits until it has folded as much', () => {
    const active = begun();
    for (const update of [opened(2), upTo('15'), { kind: 'loaded' } as const]) active.apply(update);
    assert.equal(served(active), 1);
    active.apply(upTo('19'));
    assert.equal(served(active), 1);
    active.apply(upTo('20'));
    assert.equal(served(active), 2);
  });
});
