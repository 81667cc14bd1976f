import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { type GenerationRecord, type ProjectionName } from '../../../domain/generation.js';
import { type KnownGeneration } from '../../../domain/generation-registry.js';
import { type Partition } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { type ModelPart } from '../../../domain/read-model.js';
import { type Revision } from '../../../domain/revision.js';
import { contentOf, type Slot, slotsOf } from '../../../projections/runner/slots.js';
import { SlotWork } from '../../../projections/runner/slot-work.js';

const part = (projection: ProjectionName, generation: number, partition: number): ModelPart => ({
  projection,
  generation,
  partition: partition as Partition,
});
const known = (
  projection: ProjectionName,
  generation: number,
  state: 'active' | 'building',
  more: Partial<GenerationRecord> = {},
): KnownGeneration => ({
  record: { projection, generation, version: 1, state, partial: false, created_at: 0n as Instant, ...more },
  modified: 1n as Revision,
});
const slot = (partition: number, ...projections: ProjectionName[]): Slot => ({
  key: String(partition),
  partition: partition as Partition,
  parts: projections.map((projection) => part(projection, 1, partition)),
  isBuild: false,
  cuts: [],
});

describe('slots', () => {
  it('P6: one partition of all active generations is one slot, and a building one stands for itself', () => {
    const generations = [known('gpu', 1, 'active'), known('host', 1, 'active'), known('gpu', 2, 'building')];
    const share = [part('gpu', 1, 0), part('host', 1, 0), part('gpu', 2, 0), part('gpu', 1, 5)];
    assert.deepEqual(
      slotsOf(share, generations).map((one) => [one.key, contentOf(one), one.isBuild]),
      [
        ['0', 'gpu/1/0 host/1/0', false],
        ['gpu/2/0', 'gpu/2/0', true],
        ['5', 'gpu/1/5', false],
      ],
    );
  });
});

describe('slots of builds', () => {
  const second = 1_000_000_000n;
  const at = (seconds: bigint) => ({ created_at: (seconds * second) as Instant });
  const builds = (...generations: readonly KnownGeneration[]) => {
    const share = generations.map(({ record }) => part(record.projection, record.generation, 3));
    const slots = slotsOf(share, generations);
    assert.ok(slots.every(({ isBuild }) => isBuild));
    return slots.map((one) => [one.key, contentOf(one)]);
  };

  it('R1: those that began together are read together, in the order of the share', () => {
    assert.deepEqual(builds(known('gpu', 2, 'building', at(9n)), known('health', 3, 'building', at(7n))), [
      ['health/3/3', 'gpu/2/3 health/3/3'],
    ]);
  });

  it('R1: what began much later is read for itself, and is joined by what follows it', () => {
    const generations = [
      ...[known('gpu', 2, 'building', at(0n)), known('host', 2, 'building', at(4n))],
      ...[known('history', 2, 'building', at(30n)), known('health', 2, 'building', at(35n))],
    ];
    assert.deepEqual(builds(...generations), [
      ['gpu/2/3', 'gpu/2/3 host/2/3'],
      ['history/2/3', 'history/2/3 health/2/3'],
    ]);
  });

  it('R7: that of clusters is read for itself, since retention changes its record while it is built', () => {
    assert.deepEqual(builds(known('cluster', 2, 'building'), known('gpu', 2, 'building')), [
      ['cluster/2/3', 'cluster/2/3'],
      ['gpu/2/3', 'gpu/2/3'],
    ]);
  });

  it('R3: what is read from an archive is read with what is read from just as much of it', () => {
    const from = (revision: bigint) => ({ archived_through: revision as Revision });
    const generations = [
      ...[known('gpu', 2, 'building'), known('host', 2, 'building', from(7n))],
      ...[known('history', 2, 'building', from(7n)), known('health', 2, 'building', from(8n))],
    ];
    assert.deepEqual(builds(...generations), [
      ['gpu/2/3', 'gpu/2/3'],
      ['history/2/3', 'host/2/3 history/2/3'],
      ['health/2/3', 'health/2/3'],
    ]);
  });
});

describe('slots of builds whose runs are cut', () => {
  it('R1: are read again where that is, and no longer once they are active', () => {
    const runs_cut = [{ partition: 3 as Partition, at: 7n as Revision }];
    const share = [part('history', 2, 3), part('history', 2, 4)];
    const contents = (state: 'active' | 'building') =>
      slotsOf(share, [known('history', 2, state, { runs_cut })]).map(contentOf);
    assert.deepEqual(contents('building'), ['history/2/3 cut at 7', 'history/2/4']);
    assert.deepEqual(contents('active'), ['history/2/3', 'history/2/4']);
  });
});

describe('the work on slots', () => {
  const setup = () => {
    const told: string[] = [];
    const ends = new Map<string, () => void>();
    const work = new SlotWork(
      async (one, stop) => {
        told.push(`begin ${contentOf(one)}`);
        if (!stop.aborted) await once(stop, 'abort');
        await new Promise<void>((end) => ends.set(one.key, end));
        told.push(`end ${contentOf(one)}`);
      },
      (error) => assert.fail(String(error)),
    );
    const finish = async (key: string) => {
      await turn();
      ends.get(key)?.();
      ends.delete(key);
      await turn();
    };
    return { told, work, finish };
  };

  it('begins what is wanted, ends what is not, and leaves alone what stays', async () => {
    const { told, work, finish } = setup();
    work.want([slot(0, 'gpu'), slot(1, 'gpu')]);
    work.want([slot(0, 'gpu')]);
    await finish('1');
    assert.deepEqual(told, ['begin gpu/1/0', 'begin gpu/1/1', 'end gpu/1/1']);
    assert.equal(work.covers(part('gpu', 1, 0)), true);
    assert.equal(work.covers(part('gpu', 1, 1)), false);
  });

  it('begins a slot with other parts only after its work has ended', async () => {
    const { told, work, finish } = setup();
    work.want([slot(0, 'gpu')]);
    work.want([slot(0, 'gpu', 'host')]);
    await turn();
    assert.deepEqual(told, ['begin gpu/1/0']);
    await finish('0');
    assert.deepEqual(told, ['begin gpu/1/0', 'end gpu/1/0', 'begin gpu/1/0 host/1/0']);
  });

  it('begins again what was given up and wanted again meanwhile', async () => {
    const { told, work, finish } = setup();
    work.want([slot(0, 'gpu')]);
    work.want([]);
    work.want([slot(0, 'gpu')]);
    await finish('0');
    assert.deepEqual(told, ['begin gpu/1/0', 'end gpu/1/0', 'begin gpu/1/0']);
  });

  it('ends everything, and waits for it', async () => {
    const { told, work, finish } = setup();
    work.want([slot(0, 'gpu'), slot(1, 'gpu')]);
    const ended = work.end().then(() => told.push('ended'));
    await finish('0');
    assert.ok(!told.includes('ended'));
    await finish('1');
    await ended;
    assert.deepEqual(told.slice(2), ['end gpu/1/0', 'end gpu/1/1', 'ended']);
  });
});
