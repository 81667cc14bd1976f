import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Partition } from '../../../domain/ids.js';
import { type Assignment, assignPartitions } from '../../../projections/runner/assign-partitions.js';
import { full } from '../../support/full-counts.js';

const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}-[0-9a-f]{1,8}$/), { minLength: 1, maxLength: 10 });
const counts = fc.integer({ min: 1, max: 64 });

const sizes = (members: readonly string[], assignment: Assignment) =>
  members.map((member) => [...assignment.values()].filter((owner) => owner === member).length);

/** The fewest moves by which members with these holdings come within the bounds. */
const fewestMoves = (count: number, members: readonly string[], holders: Assignment): number => {
  const held = members.map((member) => [...holders.values()].filter((owner) => owner === member).length);
  const least = Math.floor(count / members.length);
  const above = held
    .sort((a, b) => b - a)
    .map((size, at) => Math.min(size, at < count % members.length ? least + 1 : least));
  return count - above.reduce((sum, size) => sum + size, 0);
};

const movesBetween = (before: Assignment, after: Assignment): number =>
  [...after].filter(([partition, owner]) => before.get(partition) !== owner).length;

describe('assigning partitions', () => {
  it('P6: each member has between ⌊P/N⌋ and ⌈P/N⌉ partitions, and every partition has an owner', () => {
    fc.assert(
      fc.property(counts, names, fc.array(fc.nat(12)), (count, members, choice) => {
        const holders = new Map(choice.slice(0, count).map((at, p) => [p as Partition, members[at] ?? 'gone']));
        const assignment = assignPartitions(count, members, holders);
        assert.equal(assignment.size, count);
        for (const size of sizes(members, assignment)) {
          assert.ok(size >= Math.floor(count / members.length) && size <= Math.ceil(count / members.length));
        }
      }),
      { numRuns: full ? 5_000 : 500 },
    );
  });

  it('P6: only what must move moves, whoever holds what', () => {
    fc.assert(
      fc.property(counts, names, fc.array(fc.nat(12)), (count, members, choice) => {
        const holders = new Map(choice.slice(0, count).map((at, p) => [p as Partition, members[at] ?? 'gone']));
        const moved = movesBetween(holders, assignPartitions(count, members, holders));
        assert.equal(moved, fewestMoves(count, members, holders));
      }),
      { numRuns: full ? 5_000 : 500 },
    );
  });

  it('P6: neither the order of the members nor that of the holders matters', () => {
    fc.assert(
      fc.property(counts, names, (count, members) => {
        const one = assignPartitions(count, members, new Map());
        assert.deepEqual(assignPartitions(count, [...members].reverse(), new Map([...one].reverse())), one);
      }),
      { numRuns: 200 },
    );
  });

  it('P6: carried out one claim at a time in any order, an assignment stays what it was', () => {
    fc.assert(
      fc.property(counts, names, names, fc.array(fc.nat()), (count, before, after, order) => {
        const holders = new Map(assignPartitions(count, before, new Map()));
        const goal = assignPartitions(count, after, holders);
        for (const pick of order) {
          // A release by a holder that must give up, or a claim on what is free, whichever the order picks.
          const steps = [...goal].filter(([partition, owner]) => holders.get(partition) !== owner);
          if (steps.length === 0) break;
          const [partition, owner] = steps[pick % steps.length]!;
          const holder = holders.get(partition);
          if (holder === undefined || !after.includes(holder)) holders.set(partition, owner);
          else holders.delete(partition);
          assert.deepEqual(assignPartitions(count, after, holders), goal);
        }
      }),
      { numRuns: full ? 5_000 : 500 },
    );
  });

  for (const members of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
    it(`P6: 16 partitions go to ${String(members)} of 10 and one more with the fewest moves`, () => {
      const group = Array.from({ length: members + 1 }, (_, at) => `collector-${String(at)}`);
      const before = assignPartitions(16, group.slice(0, members), new Map());
      const after = assignPartitions(16, group, before);
      assert.equal(movesBetween(before, after), Math.floor(16 / (members + 1)));
    });
  }

  it('gives nothing to nobody', () => {
    assert.equal(assignPartitions(16, [], new Map()).size, 0);
  });
});
