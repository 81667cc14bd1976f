import assert from 'node:assert/strict';
import { isRight } from 'fp-ts/lib/Either.js';
import { type ClusterId, type SourceId } from '../../domain/ids.js';
import { instantOfMillis } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { decodeSegment, decodeSegmentHeader } from '../../domain/segment/decode.js';
import { DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { encodeSegment } from '../../domain/segment/encode.js';
import { type Samples, type Segment } from '../../domain/segment/segment.js';
import { plainSegment } from '../domain/segment/plain-series.js';
import { batchOf, parseExport, type ParsedExport } from './sample-batches.js';

/*
 * Bytes per event, and events per second and core, of the segment codec. `node dist/test/bench/segment.bench.js`.
 */

const rounds = 9;
const fleet = { gpus: 247, hosts: 31 };
const partitionCount = 16;

const segmentOf = (samples: Samples, part: number, parts: number): Segment => ({
  header: {
    cluster: 'local-cluster' as ClusterId,
    source: '3f2a9c0d5be8417766aa01c2d3e4f506' as SourceId,
    claim: 1234n as Revision,
    batch: 17,
    part,
    parts,
    from: 105_306_515,
    to: 210_613_030,
    pass: 0,
    appendedAt: instantOfMillis(Date.parse('2025-01-15T10:02:03.456Z')),
    columns:
      'timestamp,metric_name,gpu_id,device,uuid,modelName,Hostname,container,pod,namespace,value,labels_raw'.split(','),
    events: samples.values.length,
  },
  samples,
});

const decoded = (bytes: Uint8Array): Segment => {
  const result = decodeSegment(bytes);
  assert.ok(isRight(result));
  return result.right;
};

/** The list that series were taken from is not written. */
const withoutList = ({ header, samples: { numbered: _, ...samples } }: Segment): Segment => ({ header, samples });

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

/** Median seconds of a call. */
const seconds = (call: () => void): number => {
  call();
  return median(
    Array.from({ length: rounds }, () => {
      const before = process.hrtime.bigint();
      call();
      return Number(process.hrtime.bigint() - before) / 1e9;
    }),
  );
};

const report = (name: string, data: ParsedExport, rowsPerBatch: number): void => {
  const segments: Segment[] = [];
  for (let from = 0; from < data.rows.length; from += rowsPerBatch) {
    const batch = batchOf(data, from, from + rowsPerBatch);
    segments.push(...batch.map((samples, part) => segmentOf(samples, part, batch.length)));
  }
  const stored = segments.map((segment) => encodeSegment(segment));
  for (const [i, bytes] of stored.entries())
    assert.deepEqual(plainSegment(decoded(bytes)), plainSegment(withoutList(segments[i]!)));
  const events = data.rows.length;
  const bytes = stored.reduce((sum, one) => sum + one.length, 0);
  const encode = seconds(() => segments.forEach((segment) => encodeSegment(segment)));
  const decode = seconds(() => stored.forEach((one) => decodeSegment(one)));
  const cache = new DictionaryCache(1_000_000);
  const cached = seconds(() => stored.forEach((one) => decodeSegment(one, cache)));
  const header = seconds(() => stored.forEach((one) => decodeSegmentHeader(one)));
  const million = (perSecond: number): string => `${(perSecond / 1e6).toFixed(2)} M/s`;
  const line = [
    name.padEnd(30),
    `${events} events in ${segments.length} segments`.padEnd(32),
    `${(bytes / events).toFixed(3)} bytes/event`,
    `encode ${million(events / encode)}`,
    `decode ${million(events / decode)}`,
    `with known dictionaries ${million(events / cached)}`,
    `header ${((header / segments.length) * 1e6).toFixed(1)} µs`,
  ];
  console.log(line.join('  '));
};

const second = parseExport({ ...fleet, steps: 1, interval: 1 }, partitionCount);
report('live, one second a batch', second, 2_470);
report('live, a file second a batch', parseExport({ ...fleet, steps: 20, interval: 4 }, partitionCount), 741);
const bulk = parseExport({ ...fleet, steps: 200, interval: 4 }, partitionCount);
report('bulk, 250,000 rows a batch', bulk, 250_000);
report('bulk, 50,000 rows a batch', bulk, 50_000);
report('bulk, shuffled', parseExport({ ...fleet, steps: 200, interval: 4, shuffle: true }, partitionCount), 250_000);
report('50,000 series', parseExport({ gpus: 5000, hosts: 625, steps: 10, interval: 4 }, partitionCount), 250_000);
