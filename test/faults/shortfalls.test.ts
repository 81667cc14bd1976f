import assert from 'node:assert/strict';
import { kindsFor } from './plan.js';
import { describeVerdict, type FaultsVerdict } from './run-faults.js';
import { shortfalls } from './shortfalls.js';

const enough: FaultsVerdict = {
  done: new Map(kindsFor(3).map((kind) => [kind, 42])),
  tookMs: new Map(),
  ...{ faults: 1_008, duringAppend: 10, duringHandover: 10, fewestBetween: 1_000, events: 2_000_000 },
  ...{ recoveries: [], memory: [], resumed: 0, rebuilt: 0, problems: [] },
};

describe('what a run of many faults has to show', () => {
  it('is as many faults as were asked for, of every kind and at every moment', () => {
    assert.deepEqual(shortfalls(enough, 1_000), []);
    const done = new Map([...enough.done, ['etcd killed', 19] as const, ['leader stopped', 0] as const]);
    const less = { ...enough, done, faults: 900, duringAppend: 9, duringHandover: 0, fewestBetween: 999 };
    assert.deepEqual(shortfalls(less, 1_000), [
      '900 faults were done, of 1000',
      'struck: etcd killed: 19, and not 20',
      'struck: leader stopped: 0, and not 20',
      'struck between an append and its answer: 9, and not 10',
      'struck while partitions changed hands: 0, and not 10',
      'events acknowledged from one to the next: 999, and not 1000',
    ]);
  });

  it('is their number alone when few are asked for', () => {
    const few = { ...enough, done: new Map(), faults: 59 };
    assert.deepEqual(shortfalls(few, 60), ['59 faults were done, of 60']);
    assert.deepEqual(shortfalls(few, 59), []);
    assert.deepEqual(shortfalls(few, 0), []);
  });

  it('is printed with every kind, those too that never struck', () => {
    const lines = describeVerdict({ ...enough, done: new Map(kindsFor(3).map((kind) => [kind, 0])) });
    for (const kind of kindsFor(3)) assert.ok(lines.some((line) => line.startsWith(`    0  ${kind}`)));
  });
});
