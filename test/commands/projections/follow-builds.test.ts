import assert from 'node:assert/strict';
import { type BuildsProgress, BuildsPace, endOf, followBuilds } from '../../../commands/projections/follow-builds.js';
import { type GenerationRecord, type GenerationState, type ProjectionName } from '../../../domain/generation.js';
import { type GenerationsView } from '../../../domain/generation-registry.js';
import { type Instant } from '../../../domain/instant.js';
import { type ProjectionRow } from '../../../domain/projection-row.js';
import { type Revision } from '../../../domain/revision.js';
import { never } from '../../support/never.js';

const record = (projection: ProjectionName, generation: number, state: GenerationState): GenerationRecord => ({
  ...{ projection, generation, version: 1, state, partial: false, created_at: 0n as Instant },
});
const view = (active: number, ...records: readonly GenerationRecord[]): GenerationsView => ({
  generations: records.map((one) => ({ record: one, modified: 1n as Revision })),
  active: new Map([['gpu', active]]),
  last: new Map(),
  revision: 1n as Revision,
});
const row = (name: ProjectionName, generation: number, lag: number, events: number, done: number): ProjectionRow => ({
  ...{ name, version: 1, generation: String(generation), state: 'building', partial: false, old: false },
  ...{ lag_segments: lag, events, events_per_second: 0, partitions: 4, partitions_done: done },
  ...{ failure: null, stopped: [] },
});

describe('what became of a build', () => {
  it('R1: is told by its record, or by what answers when it has none', () => {
    const second = { projection: 'gpu', generation: 2 } as const;
    const first = record('gpu', 1, 'active');
    assert.equal(endOf(view(1, first, record('gpu', 2, 'building')), second), undefined);
    assert.equal(endOf(view(2, record('gpu', 1, 'retired'), record('gpu', 2, 'active')), second), 'active');
    assert.equal(endOf(view(3, record('gpu', 2, 'retired'), record('gpu', 3, 'active')), second), 'active');
    assert.equal(endOf(view(1, first, record('gpu', 2, 'failed')), second), 'failed');
    assert.equal(endOf(view(1, first), second), 'gone', 'cancelled');
    assert.equal(endOf(view(1, first, record('gpu', 3, 'building')), second), 'gone', 'another reset');
    assert.equal(endOf(view(3, record('gpu', 3, 'active')), second), 'superseded');
  });
});

describe('how far builds are', () => {
  it('R1: is added up, and tells rate and time left from what was seen', () => {
    const pace = new BuildsPace();
    const begun = pace.progress([row('gpu', 2, 600, 0, 0), row('host', 2, 400, 0, 1)], 0);
    assert.deepEqual(begun, {
      ...{ segments: 1_000, segmentsLeft: 1_000, partitions: 8, partitionsDone: 1 },
      ...{ events: 0, eventsPerSecond: 0, secondsLeft: undefined },
    });
    const later = pace.progress([row('gpu', 2, 300, 9_000, 2), row('host', 2, 200, 6_000, 3)], 2_000);
    assert.deepEqual(later, {
      ...{ segments: 1_000, segmentsLeft: 500, partitions: 8, partitionsDone: 5 },
      ...{ events: 15_000, eventsPerSecond: 7_500, secondsLeft: 2 },
    });
  });

  it('R1: begins again with what is begun again, and never tells of negative rates', () => {
    const pace = new BuildsPace();
    pace.progress([row('gpu', 2, 100, 5_000, 0)], 0);
    const { segments, segmentsLeft, eventsPerSecond, secondsLeft } = pace.progress([row('gpu', 2, 150, 0, 0)], 1_000);
    assert.deepEqual([segments, segmentsLeft, eventsPerSecond, secondsLeft], [150, 150, 0, undefined]);
  });
});

describe('following builds', () => {
  it('R1: shows those that were asked for alone, look after look, until each of them has ended', async () => {
    const [gpu, host] = [record('gpu', 2, 'building'), record('host', 2, 'building')];
    const looks: readonly (readonly [GenerationsView, readonly ProjectionRow[]])[] = [
      [view(1, gpu, host), [row('gpu', 1, 0, 99, 4), row('gpu', 2, 8, 0, 0), row('host', 2, 4, 1, 0)]],
      [view(2, { ...gpu, state: 'active' }, host), [row('gpu', 2, 0, 8, 4), row('host', 2, 2, 3, 1)]],
      [view(2, { ...gpu, state: 'active' }, { ...host, state: 'failed' }), []],
    ];
    let look = 0;
    const shown: BuildsProgress[] = [];
    const ports = {
      generations: () => Promise.resolve(looks[look]![0]),
      rows: () => Promise.resolve(looks[look++]![1]),
      show: (progress: BuildsProgress) => void shown.push(progress),
      hindrances: () => Promise.resolve([]),
      tell: () => undefined,
    };
    const ends = await followBuilds(ports, [gpu, host], never);
    assert.deepEqual(
      shown.map(({ segmentsLeft, partitionsDone, events }) => [segmentsLeft, partitionsDone, events]),
      [
        [12, 0, 1],
        [2, 5, 11],
      ],
    );
    assert.deepEqual(
      [gpu, host].map((build) => ends.get(build)),
      ['active', 'failed'],
    );
  });

  it('L6: says why one does not go on, once for as long as it is so', async () => {
    const gpu = record('gpu', 2, 'building');
    const stop = (key: string) => ({ partition: 3, key, reason: 'it is damaged' });
    const at = (...keys: readonly string[]) => [{ ...row('gpu', 2, 1, 0, 3), stopped: keys.map(stop) }];
    const looks = [at(), at('one'), at('one'), at('one', 'two'), at(), at('one')];
    let look = 0;
    const told: string[] = [];
    await followBuilds(
      {
        generations: () => Promise.resolve(view(1, look < looks.length ? gpu : { ...gpu, state: 'active' })),
        rows: () => Promise.resolve(looks[look++]!),
        show: () => undefined,
        hindrances: (records) => Promise.resolve(records.length > 0 && look > 3 ? ['nobody folds it'] : []),
        tell: (remark) => void told.push(remark),
      },
      [gpu],
      never,
    );
    const said = (key: string) => `gpu 2 has stopped in partition 3 at ${key}: it is damaged`;
    assert.deepEqual(told, [said('one'), said('two'), 'nobody folds it', said('one')]);
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    const following = followBuilds(
      {
        generations: () => Promise.resolve(view(1, record('gpu', 2, 'building'))),
        rows: () => Promise.resolve([]),
        show: () => stop.abort(new Error('Ctrl-C')),
        hindrances: () => Promise.resolve([]),
        tell: () => undefined,
      },
      [{ projection: 'gpu', generation: 2 }],
      stop.signal,
    );
    await assert.rejects(following, /Ctrl-C|aborted/);
  });
});
