import assert from 'node:assert/strict';
import { type CollectorAnnouncement } from '../../../domain/collector-announcement.js';
import { type GroupView } from '../../../domain/collector-group.js';
import { type KnownGeneration } from '../../../domain/generation-registry.js';
import { type ProjectionName } from '../../../domain/generation.js';
import { type Partition } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { type Revision } from '../../../domain/revision.js';
import { shareOf } from '../../../projections/runner/share.js';
import { announcementOf } from '../../support/announcement.js';

const member = (id: string, versions: Partial<Record<ProjectionName, number>>): CollectorAnnouncement =>
  announcementOf(id, {
    folds: Object.entries(versions).map(([projection, version]) => ({
      projection: projection as ProjectionName,
      version,
    })),
  });

const generation = (projection: ProjectionName, number: number, version: number): KnownGeneration => ({
  record: {
    projection,
    generation: number,
    version,
    state: 'active',
    partial: false,
    created_at: 0n as Instant,
  },
  modified: 1n as Revision,
});

const revision = 9n as Revision;
const both = { gpu: 1, host: 1 };
const generations = [generation('gpu', 1, 1), generation('host', 1, 1)];
const partitionsOf = (me: string, view: GroupView, projection: ProjectionName, among = generations) =>
  shareOf(me, 16, among, view)
    .filter((part) => part.projection === projection)
    .map((part) => part.partition);

describe('the share of a collector', () => {
  it('P6: a collector alone owns every part', () => {
    const view = { members: [member('a', both)], claims: [] };
    assert.equal(shareOf('a', 16, generations, view).length, 32);
  });

  it('P6: one member owns the same partition of all projections', () => {
    const claims = [
      { part: { projection: 'host' as const, generation: 1, partition: 3 as Partition }, member: 'a', revision },
    ];
    const view = { members: [member('a', both), member('b', both), member('c', both)], claims };
    for (const me of ['a', 'b', 'c']) {
      assert.deepEqual(partitionsOf(me, view, 'gpu'), partitionsOf(me, view, 'host'));
    }
    assert.ok(partitionsOf('a', view, 'gpu').includes(3 as Partition));
  });

  it('P6: where claims on one partition are divided, all agree on whom it goes to', () => {
    const claims = [
      { part: { projection: 'host' as const, generation: 1, partition: 3 as Partition }, member: 'a', revision },
      { part: { projection: 'gpu' as const, generation: 1, partition: 3 as Partition }, member: 'b', revision },
    ];
    const view = { members: [member('a', both), member('b', both)], claims };
    assert.ok(partitionsOf('b', view, 'gpu').includes(3 as Partition));
    assert.ok(partitionsOf('b', view, 'host').includes(3 as Partition));
  });

  it('R2: a generation is shared among those that have its version of the fold', () => {
    const view = { members: [member('old', both), member('new', { gpu: 2, host: 1 })], claims: [] };
    const among = [...generations, generation('gpu', 2, 2)];
    const parts = (me: string) => shareOf(me, 16, among, view);
    const count = (me: string, projection: string, number: number) =>
      parts(me).filter((part) => part.projection === projection && part.generation === number).length;
    assert.deepEqual([count('old', 'gpu', 1), count('new', 'gpu', 1)], [16, 0]);
    assert.deepEqual([count('old', 'gpu', 2), count('new', 'gpu', 2)], [0, 16]);
    assert.deepEqual([count('old', 'host', 1), count('new', 'host', 1)], [8, 8]);
  });

  it('R3: a build from an archive is shared among those whose archive holds what is needed, until it is active', () => {
    const holding = (id: string, from: bigint, through: bigint): CollectorAnnouncement => ({
      ...member(id, both),
      archive: { from: from as Revision, through: through as Revision },
    });
    const members = [member('none', both), holding('all', 0n, 9n), holding('short', 0n, 8n), holding('late', 1n, 9n)];
    const view = { members, claims: [] };
    const { record, modified } = generation('gpu', 2, 1);
    const archived = { ...record, archived_through: 9n as Revision };
    const counts = (state: 'building' | 'active') =>
      members.map(({ id }) => shareOf(id, 16, [{ record: { ...archived, state }, modified }], view).length);
    assert.deepEqual(counts('building'), [0, 16, 0, 0]);
    assert.deepEqual(counts('active'), [4, 4, 4, 4]);
  });

  it('owns nothing while it is not seen among the members', () => {
    assert.deepEqual(shareOf('a', 16, generations, { members: [], claims: [] }), []);
  });
});
