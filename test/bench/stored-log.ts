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
import { batchOf, type ParsedExport } from './sample-batches.js';

const cluster = 'local-cluster' as ClusterId;
/** A rebuild commits a few times a second; here once in so many segments of a partition. */
const segmentsPerCommit = 8;

/** A segment as the log holds it. */
export interface Stored {
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

/** The log that an export becomes when so many of its rows are appended at a time. */
export const logOf = (data: ParsedExport, rowsPerBatch: number, partitions: number): Stored[] => {
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
  let [written, events] = [0, 0];
  const take = (fold: PartitionFold) => {
    for (const { value } of fold.take()?.changes ?? []) written += value?.length ?? 0;
  };
  return {
    fold: ({ partition, revision, bytes }: Stored, segment: Segment) => {
      const mine = folds.get(partition) ?? { folds: some.map((one) => one.open(partition, [])), segments: 0 };
      folds.set(partition, mine);
      for (const fold of mine.folds) fold.fold(segment, revision, bytes.length);
      events += segment.header.events;
      if (++mine.segments % segmentsPerCommit === 0) mine.folds.forEach(take);
    },
    finish: () => {
      for (const mine of folds.values()) mine.folds.forEach(take);
      return { events, written };
    },
  };
};

const decode = ({ bytes }: Stored, cache: DictionaryCache): Segment => {
  const decoded = decodeSegment(bytes, cache);
  assert.ok(isRight(decoded));
  return decoded.right;
};

export interface FoldedLog {
  readonly events: number;
  /** Of processor time. */
  readonly seconds: number;
  /** Bytes of documents. */
  readonly written: number;
}

/** Folds a whole log, committing as a rebuild does; with the time for decoding it, each segment when it is folded, or without. */
export const foldOnce = (log: readonly Stored[], some: readonly Projection[], timeDecoding: boolean): FoldedLog => {
  const cache = new DictionaryCache(4_000_000);
  const decoded = timeDecoding ? [] : log.map((stored) => decode(stored, cache));
  const before = process.cpuUsage();
  const run = folder(some);
  log.forEach((stored, i) => run.fold(stored, decoded[i] ?? decode(stored, cache)));
  const folded = run.finish();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, ...folded };
};
