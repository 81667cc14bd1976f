import assert from 'node:assert/strict';
import { type Fault, type FaultKind, kindsFor, planFaults } from './plan.js';

const first = (count: number, seed: number, members: 1 | 3 = 3): readonly Fault[] => {
  const plan = planFaults(seed, kindsFor(members));
  return Array.from({ length: count }, () => plan.next().value);
};

describe('the plan of a fault test', () => {
  it('is the same for the same seed, and another for another', () => {
    assert.deepEqual(first(200, 7), first(200, 7));
    assert.notDeepEqual(first(200, 7), first(200, 8));
  });

  it('has every kind at least twenty times in a thousand faults, and enough at every moment', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const faults = first(1_000, seed);
      const counts = new Map<FaultKind, number>();
      for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      for (const kind of kindsFor(3)) assert.ok((counts.get(kind) ?? 0) >= 20, kind);
      // Six times as many as are wanted: not every moment that is waited for comes.
      for (const moment of ['append', 'handover']) {
        assert.ok(faults.filter((fault) => fault.moment === moment).length >= 60, `${moment}, seed ${String(seed)}`);
      }
      assert.ok(faults.some(({ lastsMs }) => lastsMs < 500) && faults.some(({ lastsMs }) => lastsMs > 3_000));
    }
  });

  it('strikes no leader where there is one member', () => {
    assert.ok(first(100, 1, 1).every(({ kind }) => !kind.startsWith('leader')));
  });
});
