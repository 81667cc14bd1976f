import assert from 'node:assert/strict';
import { type GatewayAnnouncement } from '../../../domain/gateway-announcement.js';
import { type FoldCheckpoint, type GenerationRecord, type ProjectionName } from '../../../domain/generation.js';
import { type GenerationsView } from '../../../domain/generation-registry.js';
import { type Partition } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { type Revision } from '../../../domain/revision.js';
import { behind, nextStep } from '../../../projections/runner/catch-up.js';
import { decideUpgrade, refusalsOf } from '../../../projections/runner/ensure-generations.js';
import { longestRetirementMs, mayDelete } from '../../../projections/runner/may-delete.js';

const record = (generation: number, state: GenerationRecord['state'], version = 1): GenerationRecord => ({
  ...{ projection: 'gpu', generation, version, state, partial: false, created_at: 0n as Instant },
});

describe('when a build may take over', () => {
  const heads = new Map([
    [0 as Partition, 10n as Revision],
    [1 as Partition, 20n as Revision],
  ]);
  const at = (next: bigint): FoldCheckpoint => ({ next: next as Revision, segments: 1, events: 1 });

  it('R1: a partition is behind until its newest segment is folded, one without a checkpoint too', () => {
    assert.deepEqual(behind(heads, new Map()), [0, 1]);
    assert.deepEqual(behind(heads, new Map([[0 as Partition, at(10n)]])), [0, 1]);
    assert.deepEqual(
      behind(
        heads,
        new Map([
          [0 as Partition, at(11n)],
          [1 as Partition, at(20n)],
        ]),
      ),
      [1],
    );
    assert.deepEqual(
      behind(
        heads,
        new Map([
          [0 as Partition, at(11n)],
          [1 as Partition, at(99n)],
        ]),
      ),
      [],
    );
    assert.deepEqual(behind(new Map(), new Map()), []);
  });

  it('R1: the head is looked at twice before the switch', () => {
    assert.equal(nextStep({ looks: 1, heads }, false), 'wait');
    assert.equal(nextStep({ looks: 1, heads }, true), 'look again');
    assert.equal(nextStep({ looks: 2, heads }, false), 'wait');
    assert.equal(nextStep({ looks: 2, heads }, true), 'switch');
  });
});

describe('when a retired generation may be deleted', () => {
  const gateway = (...generations: readonly (readonly [ProjectionName, number])[]): GatewayAnnouncement => ({
    ...{ id: 'g', name: 'g', pid: 1, started_at: 0n as Instant },
    generations: generations.map(([projection, generation]) => ({ projection, generation })),
  });
  const retired = record(3, 'retired');

  it('R1: when every live gateway answers from its successor, and at once where there is none', () => {
    assert.equal(mayDelete(retired, 4, [], 0), true);
    assert.equal(mayDelete(retired, 4, [gateway(['gpu', 4]), gateway(['host', 9], ['gpu', 5])], 0), true);
    assert.equal(mayDelete(retired, 4, [gateway(['gpu', 4]), gateway(['gpu', 3], ['host', 4])], 0), false);
    assert.equal(mayDelete(retired, 4, [gateway()], 0), false, 'a gateway that has loaded nothing yet');
  });

  it('R1: at the latest after 60 s, whoever still answers from it', () => {
    assert.equal(longestRetirementMs, 60_000);
    assert.equal(mayDelete(retired, 4, [gateway(['gpu', 3])], 59_999), false);
    assert.equal(mayDelete(retired, 4, [gateway(['gpu', 3])], 60_000), true);
  });
});

describe('what a program does about the generations that are there', () => {
  const view = (...records: readonly GenerationRecord[]): GenerationsView => ({
    generations: records.map((one) => ({ record: one, modified: 1n as Revision })),
    active: new Map(records.filter(({ state }) => state === 'active').map((one) => ['gpu', one.generation] as const)),
    last: new Map(),
    revision: 1n as Revision,
  });
  const decide = (version: number, folded: readonly number[], ...records: readonly GenerationRecord[]) =>
    decideUpgrade({ name: 'gpu', version }, view(...records), folded).kind;
  const active = record(1, 'active', 2);

  it('R2: one of the active version or a lower begins nothing; a lower one refuses to start', () => {
    assert.equal(decide(2, [], active), 'none');
    assert.equal(decide(1, [], active), 'none');
    assert.deepEqual(refusalsOf([{ name: 'gpu', version: 2 }], view(active)), []);
    assert.match(refusalsOf([{ name: 'gpu', version: 1 }], view(active))[0]!, /active in version 2/);
    // What is only being built refuses nobody.
    assert.deepEqual(refusalsOf([{ name: 'gpu', version: 2 }], view(active, record(2, 'building', 3))), []);
  });

  it('R2: a higher one builds, in place of what is built in a lower version', () => {
    assert.equal(decide(3, [], active), 'build');
    assert.equal(decide(4, [3], active, record(2, 'building', 3)), 'build');
    assert.equal(decide(3, [2], active, record(2, 'building', 2)), 'build');
  });

  it('R2: it leaves alone what is built in its version, or in a higher one that somebody folds', () => {
    assert.equal(decide(3, [], active, record(2, 'building', 3)), 'leave');
    assert.equal(decide(3, [4], active, record(2, 'building', 4)), 'leave');
    assert.equal(decide(3, [3], active, record(2, 'building', 4)), 'build');
  });

  it('R2: it does not try again by itself what has failed in its version', () => {
    assert.equal(decide(3, [], active, record(2, 'failed', 3)), 'failed before');
    assert.equal(decide(3, [], active, record(2, 'failed', 4)), 'build');
    assert.equal(decide(4, [], active, record(2, 'failed', 3)), 'build');
  });
});
