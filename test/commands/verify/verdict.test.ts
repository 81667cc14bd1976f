import assert from 'node:assert/strict';
import { Audit } from '../../../commands/verify/audit.js';
import { LogCourse } from '../../../commands/verify/log-course.js';
import { isSettled, judge } from '../../../commands/verify/verdict.js';
import { projectionNames } from '../../../domain/generation.js';
import { type ClusterId, type Partition, type SourceId } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { type Revision } from '../../../domain/revision.js';
import { type SourceCheckpoint } from '../../../domain/source-checkpoint.js';
import { type SplitPlan } from '../../../domain/split-plan.js';
import { type SystemSnapshot } from '../../../domain/system-snapshot.js';
import { entryAt, header, sourceId } from './log-fixture.js';

const otherSource = 'b'.repeat(32) as SourceId;
const census = { clusters: 1, hosts: 1, gpus: 1, records: 3 };
/** Runs of two segments of ten events. */
const runEndsIn = () => (_: number, events: number) => events >= 20;
const at = (revision: number) => BigInt(revision) as Revision;

const source: SourceCheckpoint = {
  source: sourceId,
  cluster: 'local-cluster' as ClusterId,
  path: 'fleet.csv',
  log_id: 'log',
  claim: at(5),
  batch: 2,
  offset: 300,
  row: 31,
  rows: 30,
  events: 30,
  dead_letters: 0,
  dead_letter_bytes: 0,
  counted: 300,
  first: { length: 0, sha256: '' },
  last: { length: 0, sha256: '' },
  pass: 0,
  base: null,
  newest: null,
  state: 'ended',
};

/** Three segments of ten events in partition 0. */
const threeSegments = () => {
  const [audit, course] = [new Audit(), new LogCourse()];
  for (const number of [0, 1, 2]) {
    const entry = entryAt(10 + number, 0, number);
    audit.add(entry, header({ batch: number, from: number * 100, to: number * 100 + 100 }));
    course.add(entry, 10);
  }
  return { audit, course };
};

/** History has written the run of the first two. */
const system = (
  over: {
    source?: Partial<SourceCheckpoint>;
    gpu?: { next: Revision; segments: number; events: number };
    plans?: readonly SplitPlan[];
  } = {},
) => {
  const { audit, course } = threeSegments();
  const all = { next: at(13), segments: 3, events: 30 };
  const snapshot: SystemSnapshot = {
    revision: at(20),
    sources: [{ ...source, ...over.source }],
    plans: over.plans ?? [],
    deadLetters: new Map(),
    trimmed: new Map(),
    settledLetters: [],
    collectors: [],
    generations: projectionNames.map((projection) => ({
      record: { projection, generation: 1, version: 1, state: 'active', partial: false, created_at: 0n as Instant },
      active: true,
      checkpoints: new Map([
        [
          0 as Partition,
          projection === 'history'
            ? { next: at(12), segments: 2, events: 20 }
            : projection === 'gpu'
              ? (over.gpu ?? all)
              : all,
        ],
      ]),
    })),
  };
  const verdict = judge(snapshot, audit.report, census, course, runEndsIn);
  return { snapshot, verdict };
};

describe('the verdict on a system', () => {
  it('is ok when every row is an event and every event is folded, the open run of history included', () => {
    const { snapshot, verdict } = system();
    assert.deepEqual(verdict, {
      ok: true,
      rows: 30,
      events: 30,
      dead_letters: 0,
      replayed: 0,
      discarded: 0,
      quarantined: [],
      lost_events: 0,
      folded: { gpu: 30, host: 30, cluster: 30, history: 30, health: 30 },
      ...census,
      faults: [],
    });
    assert.equal(isSettled(snapshot, verdict), true);
  });

  it('tells of a projection that is behind, and is not settled', () => {
    const { snapshot, verdict } = system({ gpu: { next: at(12), segments: 2, events: 20 } });
    assert.deepEqual(verdict.faults, ['projection gpu has folded 20 of 30 events']);
    assert.equal(isSettled(snapshot, verdict), false);
  });

  it('P2: tells of events that were folded twice or not at all', () => {
    const twice = system({ gpu: { next: at(13), segments: 4, events: 40 } }).verdict;
    const lost = system({ gpu: { next: at(13), segments: 2, events: 20 } }).verdict;
    assert.match(twice.faults[0]!, /gpu, partition 0: folded 40 events of 4 segments .* the log holds 30 of 3/);
    assert.match(lost.faults[0]!, /gpu, partition 0: folded 20 events of 2 segments .* the log holds 30 of 3/);
  });

  it('R3: is ok and settled when a partial generation has folded all that lies behind its beginning', () => {
    const partialGpu = (events: number | undefined, folded: number) => {
      const { snapshot } = system({ gpu: { next: at(13), segments: 2, events: folded } });
      const from = [{ partition: 0 as Partition, from: at(11), segments: 1, ...(events !== undefined && { events }) }];
      const generations = snapshot.generations.map((generation) =>
        generation.record.projection === 'gpu'
          ? { ...generation, record: { ...generation.record, partial: true, from } }
          : generation,
      );
      const partial = { ...snapshot, generations };
      const { audit, course } = threeSegments();
      const verdict = judge(partial, audit.report, census, course, runEndsIn);
      return { faults: verdict.faults, ok: verdict.ok, settled: isSettled(partial, verdict), gpu: verdict.folded.gpu };
    };
    assert.deepEqual(partialGpu(10, 20), { faults: [], ok: true, settled: true, gpu: 20 });
    assert.deepEqual(partialGpu(undefined, 20), { faults: [], ok: true, settled: true, gpu: 20 });
    const lost = partialGpu(10, 19);
    assert.deepEqual([lost.ok, lost.settled], [false, false]);
    assert.match(lost.faults[0]!, /folded 19 events of 2 segments .* the log holds 20 of 2/);
    assert.deepEqual(lost.faults.slice(1), ['projection gpu has folded 19 of 20 events']);
  });

  it('L3: tells of events that the checkpoint counts and the log lacks', () => {
    const { verdict } = system({ source: { rows: 40, events: 40 } });
    assert.match(verdict.faults[0]!, /checkpoint counts 40 events, the log holds 30/);
    assert.equal(verdict.ok, false);
  });

  it('tells of dead letters that are not there, and of rows that became nothing', () => {
    assert.match(system({ source: { rows: 31, dead_letters: 1 } }).verdict.faults[0]!, /1 dead letter, 0 are there/);
    assert.match(system({ source: { rows: 31 } }).verdict.faults[0]!, /31 rows became 30 events and 0 dead letters/);
  });

  const plan = (
    ranges: readonly { readonly source: SourceId; readonly from: number; readonly row: number }[],
  ): SplitPlan => ({
    ...{ kind: 'split', source: 'f'.repeat(32) as SourceId, cluster: source.cluster, path: 'large.csv', log_id: 'log' },
    first: source.first,
    ranges: ranges.map((range) => ({ ...range, before: source.last })),
  });
  const begun = { source: source.source, from: 0, row: 1 };
  const other = 'e'.repeat(32) as SourceId;

  it('S4: is not settled while a range of a file has not been begun', () => {
    const plans = [plan([begun, { source: other, from: source.offset, row: source.row }])];
    const { snapshot, verdict } = system({ plans });
    assert.deepEqual(verdict.faults, []);
    assert.equal(isSettled(snapshot, verdict), false);
    assert.equal(isSettled({ ...snapshot, plans: [plan([begun])] }, verdict), true);
  });

  it('S4: tells of a range that ended elsewhere than where the next begins', () => {
    const plans = [plan([begun, { source: other, from: source.offset + 7, row: source.row }])];
    assert.match(system({ plans }).verdict.faults[0]!, /^range 1 of large.csv ended before byte \d+, row \d+, where/);
  });

  it('S3: a replayed letter whose events the log lacks is told of', () => {
    const { snapshot } = system();
    const outcome = {
      kind: 'replayed',
      set: [],
      at: 0n as Instant,
      source: otherSource,
      events: 1,
      claim: at(5),
      batch: 9,
    } as const;
    const settled = {
      ...snapshot,
      deadLetters: new Map([[sourceId, 1]]),
      settledLetters: [{ source: sourceId, offset: 7, outcome }],
    };
    const { dead_letters, replayed, faults } = judge(settled, new Audit().report, census, new LogCourse(), runEndsIn);
    assert.deepEqual({ dead_letters, replayed }, { dead_letters: 0, replayed: 1 });
    assert.ok(faults.some((fault) => /\/7 became 1 event when it was read again, the log holds 0/.test(fault)));
  });

  it('is not settled while a source is being read or none has begun', () => {
    const reading = system({ source: { state: 'reading' } });
    assert.equal(isSettled(reading.snapshot, reading.verdict), false);
    assert.equal(isSettled({ ...reading.snapshot, sources: [] }, reading.verdict), false);
  });
});
