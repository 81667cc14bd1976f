import assert from 'node:assert/strict';
import { isRight } from 'fp-ts/lib/Either.js';
import { type ClusterId, type Partition, type SourceId } from '../../domain/ids.js';
import { instantOfMillis } from '../../domain/instant.js';
import { partitionOf } from '../../domain/partitioning.js';
import { type Revision } from '../../domain/revision.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { encodeSegment } from '../../domain/segment/encode.js';
import { type Samples, type Segment } from '../../domain/segment/segment.js';
import { type PartitionFold, type Projection } from '../../projections/projection.js';
import { projections } from '../../projections/projections.js';
import { batchOf, parseExport, type ParsedExport } from './sample-batches.js';

/*
 * Events per second and core through decode and fold: each projection alone, then all of them from one decoded segment
 * as a rebuild does it. Seconds are of processor time, so that neighbours on the machine count little.
 * `node dist/test/bench/fold.bench.js`.
 */

const rounds = 5;
const partitionCount = 16;
const cluster = 'local-cluster' as ClusterId;
/** A rebuild commits a few times a second; here once in so many segments of a partition. */
const segmentsPerCommit = 8;

interface Stored {
  readonly partition: Partition;
  readonly revision: Revision;
  readonly bytes: Uint8Array;
}

const segmentOf = (samples: Samples, batch: number): Segment => ({
  header: {
    cluster,
    source: '3f2a9c0d5be8417766aa01c2d3e4f506' as SourceId,
    ...{ claim: 1234n as Revision, batch, part: 0, parts: 1, from: 0, to: 1, pass: 0 },
    appendedAt: instantOfMillis(Date.parse('2026-01-15T10:02:03.456Z')),
    columns: [],
    events: samples.values.length,
  },
  samples,
});

const logOf = (data: ParsedExport, rowsPerBatch: number, partitions: number): Stored[] => {
  const log: Stored[] = [];
  for (let from = 0, batch = 1; from < data.rows.length; from += rowsPerBatch, batch++) {
    for (const samples of batchOf(data, from, from + rowsPerBatch)) {
      const partition = partitionOf(cluster, samples.series[0]!.hostname, partitions);
      log.push({ partition, revision: BigInt(batch) as Revision, bytes: encodeSegment(segmentOf(samples, batch)) });
    }
  }
  return log;
};

/** The folds of some projections over all partitions. */
const folder = (some: readonly Projection[]) => {
  const folds = new Map<Partition, { readonly folds: readonly PartitionFold[]; segments: number }>();
  let written = 0;
  const take = (fold: PartitionFold) => {
    for (const { value } of fold.take()?.changes ?? []) written += value?.length ?? 0;
  };
  return {
    fold: ({ partition, revision, bytes }: Stored, segment: Segment) => {
      const mine = folds.get(partition) ?? { folds: some.map((one) => one.open(partition, [])), segments: 0 };
      folds.set(partition, mine);
      for (const fold of mine.folds) fold.fold(segment, revision, bytes.length);
      if (++mine.segments % segmentsPerCommit === 0) mine.folds.forEach(take);
    },
    finish: () => {
      for (const mine of folds.values()) mine.folds.forEach(take);
      return written;
    },
  };
};

const decodeAll = (log: readonly Stored[], cache: DictionaryCache): Segment[] =>
  log.map(({ bytes }) => {
    const decoded = decodeSegment(bytes, cache);
    assert.ok(isRight(decoded));
    return decoded.right;
  });

const middle = (numbers: number[]): number => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

interface Round {
  readonly seconds: number;
  readonly written: number;
}

const once = (log: readonly Stored[], some: readonly Projection[], timeDecoding: boolean): Round => {
  const cache = new DictionaryCache(4_000_000);
  const decoded = timeDecoding ? undefined : decodeAll(log, cache);
  const before = process.cpuUsage();
  const segments = decoded ?? decodeAll(log, cache);
  const run = folder(some);
  log.forEach((stored, i) => run.fold(stored, segments[i]!));
  const written = run.finish();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, written };
};

const report = (name: string, data: ParsedExport, rowsPerBatch: number, partitions = partitionCount): void => {
  const log = logOf(data, rowsPerBatch, partitions);
  const events = data.rows.length;
  const rate = (some: readonly Projection[], timeDecoding: boolean): string => {
    const all = Array.from({ length: rounds }, () => once(log, some, timeDecoding));
    const perSecond = events / middle(all.map(({ seconds }) => seconds));
    return `${(perSecond / 1e6).toFixed(2).padStart(6)} M/s, ${(all[0]!.written / events).toFixed(2)} bytes/event written`;
  };
  console.log(`${name}: ${events} events in ${log.length} segments`);
  for (const one of projections) console.log(`  ${one.name.padEnd(28)} ${rate([one], false)}`);
  const others = projections.filter(({ name }) => name !== 'health');
  console.log(`  ${'all but health'.padEnd(28)} ${rate(others, false)}`);
  console.log(`  ${'all'.padEnd(28)} ${rate(projections, false)}`);
  console.log(`  ${'decode and all but health'.padEnd(28)} ${rate(others, true)}`);
  console.log(`  ${'decode and all'.padEnd(28)} ${rate(projections, true)}`);
};

const fleet = { gpus: 247, hosts: 31, interval: 4 };
const bulk = parseExport({ ...fleet, steps: 200 }, partitionCount);
report('bulk, 250,000 rows a batch', bulk, 250_000);
report('bulk, 50,000 rows a batch', bulk, 50_000);
report('bulk, one partition, so that runs of history end', parseExport({ ...fleet, steps: 400 }, 1), 50_000, 1);
report('live, one second a batch', parseExport({ ...fleet, steps: 60, interval: 1 }, partitionCount), 2_470);
report('50,000 series', parseExport({ gpus: 5000, hosts: 625, steps: 10, interval: 4 }, partitionCount), 250_000);
