import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { type ClusterId, type GpuUuid, type Hostname, type Partition } from '../../domain/ids.js';
import { formatInstant, type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type Samples } from '../../domain/segment/segment.js';
import { transactionLimits } from '../../infra/etcd/transaction.js';
import { chunkDocument, chunkEvents, samplesOfChunk } from '../../projections/history/chunk.document.js';
import { chunkPath, parseChunkPath } from '../../projections/history/chunk-path.document.js';
import { historyProjection } from '../../projections/history/history.projection.js';
import { mergeSamples } from '../../projections/history/merge-samples.document.js';
import { OpenRun } from '../../projections/history/open-run.document.js';
import { type StoredDocument } from '../../projections/projection.js';
import { documentsAfter } from './given.js';
import { instant, madeLog, type MadeRow, type MadeSegment } from './made-log.js';

const day = '2025-07-18T20:';
const mib = 1_048_576;
const util = 'DCGM_FI_DEV_GPU_UTIL';
const address = { cluster: 'c' as ClusterId, hostname: 'host-1' as Hostname, uuid: 'GPU-a' as GpuUuid };

const one = (revision: number, storedBytes: number, ...rows: MadeRow[]): MadeSegment => ({
  ...{ revision, storedBytes, rows },
  appended: `${day}59:00Z`,
});

const shown = ({ series, times, seriesAt, timeAt, values }: Samples) =>
  Array.from(values, (value, i) => [formatInstant(times[timeAt[i]!]!.at), series[seriesAt[i]!]!.metric, value]);

const chunkOf = ({ value }: StoredDocument) => {
  const chunk = chunkDocument.decode(value);
  if (E.isLeft(chunk)) assert.fail(chunk.left);
  const samples = samplesOfChunk(chunk.right);
  if (E.isLeft(samples)) assert.fail(JSON.stringify(samples.left));
  return { ...chunk.right, samples: samples.right };
};

const fold = (segments: readonly MadeSegment[]) => {
  const partition = historyProjection.open(0 as Partition, []);
  return madeLog(segments).map(({ segment, revision, storedBytes }) => {
    partition.fold(segment, revision, storedBytes);
    return partition.take();
  });
};

describe('history', () => {
  it('nothing is ready before a run ends, and then all that it covers', () => {
    const at = `${day}42:00Z`;
    const [first, second, third, fourth] = fold([
      one(3, mib - 1, { at }),
      one(5, 1, { at, uuid: 'GPU-b' }, { at }),
      one(6, mib - 1, { at }),
      one(9, mib, { at }),
    ]);
    assert.equal(first, undefined);
    assert.deepEqual([second!.through, second!.segments, second!.events, second!.changes.length], [5n, 2, 3, 2]);
    assert.equal(third, undefined);
    assert.deepEqual([fourth!.through, fourth!.segments, fourth!.events], [9n, 2, 2]);
  });

  it('P3: where a run ends, the log alone decides, however late its chunks are taken', () => {
    const segments = [1, 2, 3, 4, 5].map((revision) => one(revision, mib / 2, { at: `${day}42:0${revision}Z` }));
    const partition = historyProjection.open(0 as Partition, []);
    for (const { segment, revision, storedBytes } of madeLog(segments)) partition.fold(segment, revision, storedBytes);
    const pending = partition.take()!;
    assert.deepEqual([pending.through, pending.segments], [4n, 4]);
    assert.deepEqual(
      pending.changes.map(({ path }) => parseChunkPath(path)!.revision),
      [2n, 4n],
    );
    assert.equal(partition.take(), undefined);
  });

  it('P7: the chunks of a large run are made a piece at a time, and are the same; others are not kept waiting', () => {
    const uuids = ['GPU-a', 'GPU-b', 'GPU-c', 'GPU-d'];
    const rows = uuids.flatMap((uuid) =>
      Array.from({ length: 10_000 }, (_, n) => ({
        at: formatInstant((instant(`${day}42:00Z`) + BigInt(n)) as Instant),
        uuid,
      })),
    );
    const log = madeLog([one(1, mib, ...rows), one(2, mib, { at: `${day}43:00Z` })]);
    const [first] = log;
    const open = () => historyProjection.open(0 as Partition, []);
    const [gradual, atOnce] = [open(), open()];
    for (const fold of [gradual, atOnce]) fold.fold(first!.segment, first!.revision, first!.storedBytes);
    const { gradual: by } = gradual;
    assert.ok(by);
    let pieces = 0;
    for (; by.isPreparing; by.prepare(), pieces++) assert.equal(by.take(), undefined, 'none before all are made');
    assert.ok(pieces > 0);
    const expected = atOnce.take();
    assert.deepEqual(by.take(), expected);
    assert.equal(expected!.changes.length, uuids.length);

    const behind = open();
    for (const { segment, revision, storedBytes } of log) behind.fold(segment, revision, storedBytes);
    assert.deepEqual([behind.gradual?.take()?.through, behind.take()], [2n, undefined], 'the next end finishes it');
  });

  it('R1: a run ends before each cut, in front of which there may be no segment, and the others as they would', () => {
    const cuts = [1n, 4n, 6n, 7n, 20n] as Revision[];
    const partition = historyProjection.open(0 as Partition, [], undefined, cuts);
    const at = `${day}42:00Z`;
    const halves = [2, 3, 5, 9, 10, 11].map((revision) => one(revision, mib / 2, { at }));
    const ends = madeLog([one(1, 1, { at }), ...halves]).map(({ segment, revision, storedBytes }) => {
      partition.fold(segment, revision, storedBytes);
      return partition.take()?.through;
    });
    assert.deepEqual(ends, [undefined, undefined, 3n, undefined, 5n, 10n, undefined]);
  });

  it('a run also ends at 250,000 events', () => {
    const rows = Array.from({ length: 125_000 }, () => ({ at: `${day}42:00Z` }));
    const [first, second] = fold([one(1, 1, ...rows), one(2, 1, ...rows)]);
    assert.equal(first, undefined);
    assert.equal(second!.events, 250_000);
  });

  it('a run also ends at 512 segments, so that who begins with it has not many to read', () => {
    const taken = fold(Array.from({ length: 1_024 }, (_, n) => one(n + 1, 1, { at: `${day}42:00Z` })));
    const ended = taken.flatMap((pending) => (pending === undefined ? [] : [[pending.through, pending.segments]]));
    assert.deepEqual(ended, [
      [512n, 512],
      [1024n, 512],
    ]);
  });

  it('P3: a chunk is ordered by time, then metric, and holds the latest position of each', () => {
    const documents = documentsAfter('history', [
      one(
        1,
        1,
        { at: `${day}42:35Z`, metric: 'B', value: 1 },
        { at: `${day}42:34Z`, metric: 'A', value: 2 },
        { at: `${day}42:34Z`, metric: 'B', value: 3 },
        { at: `${day}42:34Z`, metric: 'B', value: 4 },
      ),
      one(
        2,
        mib,
        { at: `${day}42:34Z`, metric: 'A', value: 5, pod: 'other' },
        { at: `${day}42:33Z`, metric: 'A', value: 0 },
      ),
    ]);
    assert.equal(documents.length, 1);
    const chunk = chunkOf(documents[0]!);
    assert.deepEqual(shown(chunk.samples), [
      [`${day}42:33Z`, 'A', 0],
      [`${day}42:34Z`, 'B', 4],
      [`${day}42:34Z`, 'A', 5],
      [`${day}42:35Z`, 'B', 1],
    ]);
    assert.deepEqual([chunk.from, chunk.revision, chunk.events], [1n, 2n, 4]);
    assert.deepEqual([chunk.first, chunk.last], [instant(`${day}42:33Z`), instant(`${day}42:35Z`)]);
    assert.deepEqual(documents[0]!.path, chunkPath(chunk));
  });

  it('goes by the time observed, even for a row from the future', () => {
    const [document] = documentsAfter('history', [one(1, mib, { at: '2099-01-01T00:00:00Z' })]);
    assert.equal(chunkOf(document!).last, instant('2099-01-01T00:00:00Z'));
  });

  it('a sample keeps the index, device name and model that it was taken with', () => {
    const row = { metric: util, model: 'H100' };
    const log = [one(1, mib, { ...row, at: `${day}42:34Z`, index: '0' }, { ...row, at: `${day}42:35Z`, index: '1' })];
    const { samples } = chunkOf(documentsAfter('history', log)[0]!);
    const indexes = Array.from(samples.seriesAt, (s) => samples.series[s]!.gpuIndex);
    assert.deepEqual(indexes, ['0', '1']);
    assert.deepEqual([samples.series[0]!.modelName, samples.series[0]!.uuid], ['H100', 'GPU-a']);
  });

  it('P8: a device with more events in a run has several chunks, in the order of time', () => {
    const start = instant(`${day}00:00Z`);
    const rows = Array.from({ length: chunkEvents + 10 }, (_, i) => ({ at: (start + BigInt(i)) as typeof start }));
    const chunks = documentsAfter('history', [one(1, mib, ...rows.reverse())]).map(chunkOf);
    assert.deepEqual(
      chunks.map(({ part, events }) => [part, events]),
      [
        [0, chunkEvents],
        [1, 10],
      ],
    );
    assert.equal(chunks[1]!.first, start + BigInt(chunkEvents));
  });

  it('P8: events that compress to more than a chunk may have make several chunks, whatever their number', () => {
    const start = instant(`${day}00:00Z`);
    const noise = (text: string): string => createHash('sha512').update(text).digest('base64');
    const odd = (i: number): string => ['a', 'b', 'c', 'd'].map((part) => noise(`${part}${String(i)}`)).join('');
    const rows = Array.from({ length: 5_001 }, (_, i) => {
      return { at: (start + BigInt(i)) as typeof start, metric: odd(i), value: i };
    });
    const documents = documentsAfter('history', [one(1, mib, ...rows)]);
    assert.ok(documents.every(({ value }) => value.byteLength < transactionLimits.bytes - 64 * 1024));
    const chunks = documents.map(chunkOf);
    assert.deepEqual(
      chunks.map(({ part, events, first }) => [part, events, first - start]),
      [
        [0, 2_501, 0n],
        [1, 2_500, 2_501n],
      ],
    );
    assert.deepEqual(
      chunks.flatMap(({ samples }) => shown(samples).map(([, metric, value]) => [metric, value])),
      rows.map(({ metric, value }) => [metric, value]),
    );
  });

  it('an open run answers for its devices, and merges with chunks by metric and time, the later position winning', () => {
    const older = documentsAfter('history', [
      one(1, mib, { at: `${day}42:34Z`, value: 1 }, { at: `${day}42:36Z`, value: 2 }),
    ]);
    const run = new OpenRun();
    for (const { segment, revision } of madeLog([
      one(5, 10, { at: `${day}42:35Z`, value: 3 }, { at: `${day}42:34Z`, uuid: 'GPU-b', value: 9 }),
      one(6, 10, { at: `${day}42:34Z`, value: 4 }),
    ])) {
      run.append(segment, revision, 10);
    }
    const merged = mergeSamples([chunkOf(older[0]!).samples, run.samplesOf(address)!]);
    assert.deepEqual(shown(merged), [
      [`${day}42:34Z`, util, 4],
      [`${day}42:35Z`, util, 3],
      [`${day}42:36Z`, util, 2],
    ]);
    assert.deepEqual([run.from, run.through, run.segments, run.events, run.ended], [5n, 6n, 2, 3, false]);
    assert.equal(run.samplesOf({ ...address, cluster: 'd' as ClusterId }), undefined);
  });

  it('merging a lot of sparse times gives the same as merging a few', () => {
    const start = instant(`${day}00:00Z`);
    const metrics = Array.from({ length: 40 }, (_, i) => `M${i}`);
    const rows = metrics.map((metric, i) => ({ at: (start - BigInt(i)) as typeof start, metric, value: i }));
    const [chunk] = documentsAfter('history', [one(1, mib, ...rows, ...rows.slice(0, 5))]).map(chunkOf);
    assert.deepEqual(Array.from(chunk!.samples.values), rows.map(({ value }) => value).reverse());
  });
});
