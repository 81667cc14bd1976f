import assert from 'node:assert/strict';
import { projectionNames } from '../../domain/generation.js';
import { type Lane, type Partition, type Sequence } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type LogEntry, type LogReader } from '../../domain/log-entry.js';
import { standInFor } from '../../domain/quarantine.js';
import { type Revision } from '../../domain/revision.js';
import { writeBody } from '../../domain/segment/body.js';
import { frame } from '../../domain/segment/frame.js';
import { writeHeader } from '../../domain/segment/header.js';
import { letStoppedGoOn } from '../../query-api/model/go-on.js';
import { Model } from '../../query-api/model/model.js';
import { eventually } from '../support/eventually.js';
import { never } from '../support/never.js';
import { segmentOf } from './support/made-rows.js';

const partition = 1 as Partition;

const entryAt = (revision: number, bytes: Uint8Array): LogEntry => ({
  ...{ partition, lane: 0 as Lane, sequence: revision as Sequence, revision: BigInt(revision) as Revision },
  ...{ key: `/telemetry/log/${partition}/00/${revision}`, bytes },
});
const healthyAt = (revision: number): LogEntry => standInFor(entryAt(revision, Buffer.alloc(0)));
const damagedAt = (revision: number): LogEntry => entryAt(revision, Buffer.from('damaged'));

/** A model whose generations are empty and listed whole; the log is not followed yet. */
const loadedModel = (): Model => {
  const model = new Model(4, () => undefined);
  for (const projection of projectionNames) {
    const record = { projection, generation: 1, version: 1, state: 'active', partial: false } as const;
    model.applyUpdate(projection, { kind: 'opened', record: { ...record, created_at: 0n as Instant } });
    model.applyUpdate(projection, { kind: 'loaded' });
  }
  return model;
};

const followedTo = (model: Model, revision: number, entries: readonly LogEntry[] = []): void =>
  model.applyLog({ entries, through: BigInt(revision) as Revision, live: true });

/** A log of which only what going on needs is there; what `passed` says is passed by. */
const logOf = (entries: readonly LogEntry[], passed: (key: string) => Promise<void>): LogReader => ({
  head: () => Promise.reject(new Error('not asked for')),
  follow: () => {
    throw new Error('not asked for');
  },
  async *list(_scope, from, to) {
    await Promise.resolve();
    const found = entries.filter(({ revision }) => revision >= from && revision <= to);
    yield { entries: found, through: to, live: false };
  },
  passedBy: ({ sequence }) => passed(entryAt(sequence, Buffer.alloc(0)).key),
});

const revisionsIn = (model: Model): readonly bigint[] =>
  model.tail.from(partition, 0n as Revision).map(({ revision }) => revision);

describe('the tail of a partition', () => {
  it('is not said to be whole from anywhere before it is listed', () => {
    const model = loadedModel();
    const commit = (next: bigint) =>
      model.applyUpdate('history', {
        ...{ kind: 'changed', changes: [] },
        checkpoints: [[partition, { next: next as Revision, segments: 0, events: 0 }]],
      });
    for (const projection of ['gpu', 'host', 'cluster', 'health'] as const)
      model.applyUpdate(projection, {
        ...{ kind: 'changed', changes: [] },
        checkpoints: [[partition, { next: 20n as Revision, segments: 0, events: 0 }]],
      });
    commit(10n);
    const record = { projection: 'history', generation: 2, version: 1, state: 'active', partial: false } as const;
    model.applyUpdate('history', { kind: 'opened', record: { ...record, created_at: 0n as Instant } });
    commit(5n);
    model.applyUpdate('history', { kind: 'loaded' });
    assert.deepEqual(model.missing(), []);
    assert.equal(model.beginTail(partition), 5n);
  });
});

describe('partitions that have stopped', () => {
  it('L6: go on with all that lies behind, though they were listed before the log was followed', async () => {
    const stop = new AbortController();
    const model = loadedModel();
    const log = logOf([healthyAt(5), healthyAt(6), healthyAt(7)], () => Promise.resolve());
    model.applyListed({ entries: [damagedAt(5)], through: 5n as Revision, live: false });
    const going = letStoppedGoOn(model, log, () => undefined, stop.signal);
    await new Promise(setImmediate);
    followedTo(model, 7);
    await eventually('the partition goes on', () => model.stopped.length === 0);
    assert.deepEqual(revisionsIn(model), [5n, 6n, 7n]);
    stop.abort();
    await going;
  });

  it('L6: stop where the header can be read and the events cannot, as collectors do', () => {
    const model = loadedModel();
    const { header, samples } = segmentOf('c1', '2025-07-18T20:42:01Z', 1, []);
    const bytes = frame('TS', 1, (out) => {
      writeHeader(out, { ...header, events: 7 });
      writeBody(out, samples);
    });
    followedTo(model, 5, [entryAt(5, bytes)]);
    assert.deepEqual(
      model.stopped.map(({ revision, reason }) => [revision, reason]),
      [[5n, 'its header counts other events than it holds']],
    );
    assert.equal(model.revision(), 5n);
  });

  it('L6: stop at the earliest segment that cannot be read, though it is come to later, and go on from there', async () => {
    const stop = new AbortController();
    const model = loadedModel();
    const passing = new Map<string, () => void>();
    const log = logOf(
      [healthyAt(3), healthyAt(4), healthyAt(5), healthyAt(6)],
      (key) => new Promise((resolve) => passing.set(key, resolve)),
    );
    followedTo(model, 6, [damagedAt(6)]);
    const behind: bigint[] = [];
    const going = letStoppedGoOn(model, log, ({ revision }) => void behind.push(revision), stop.signal);
    await eventually('the later stop is waited for', () => passing.size === 1);
    model.tail.prepend(partition, [healthyAt(3), damagedAt(4), healthyAt(5)]);
    model.turns.next();
    await eventually('the earlier stop is waited for', () => passing.size === 2);
    assert.deepEqual(revisionsIn(model), [3n]);
    passing.get(damagedAt(6).key)!();
    await new Promise(setImmediate);
    assert.deepEqual([model.stopped.map(({ revision }) => revision), revisionsIn(model)], [[4n], [3n]]);
    passing.get(damagedAt(4).key)!();
    await eventually('the partition goes on', () => model.stopped.length === 0);
    assert.deepEqual([revisionsIn(model), behind], [[3n, 4n, 5n, 6n], [4n]]);
    stop.abort();
    await going;
  });

  it('L6: tell what makes it impossible to go on', async () => {
    const model = loadedModel();
    const log = logOf([], () => Promise.reject(new Error('history was rolled back')));
    followedTo(model, 5, [damagedAt(5)]);
    await assert.rejects(
      letStoppedGoOn(model, log, () => undefined, never),
      /rolled back/,
    );
  });
});
