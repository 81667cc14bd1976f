import assert from 'node:assert/strict';
import { memoryProblems, type Peaks } from './memory-growth.js';

const peaks = (megabytes: Readonly<Record<string, number>>): Peaks => new Map(Object.entries(megabytes));

describe('the memory of processes under fire', () => {
  it('may be twice what it was at first, and a little more', () => {
    assert.deepEqual(memoryProblems([]), []);
    assert.deepEqual(memoryProblems([peaks({ collector: 200 })]), []);
    assert.deepEqual(memoryProblems([peaks({ collector: 200 }), peaks({ collector: 500 })]), []);
  });

  it('is told of when it has grown further, by the role', () => {
    const checks = [
      peaks({ gateway: 90 }),
      peaks({ gateway: 90, collector: 200 }),
      peaks({ gateway: 90, collector: 501 }),
    ];
    assert.deepEqual(memoryProblems(checks), ['a collector had 501 MB in memory, 200 MB at the first check']);
  });

  it('has a ceiling from the first check on, but for etcd', () => {
    assert.match(memoryProblems([peaks({ gateway: 1_025, etcd: 3_000 })]).join(), /^a gateway had 1025 MB/);
  });
});
