import { type ClusterId, type Lane, type Partition, type Sequence, type SourceId } from '../../../domain/ids.js';
import { type Instant } from '../../../domain/instant.js';
import { type LogEntry } from '../../../domain/log-entry.js';
import { type Revision } from '../../../domain/revision.js';
import { type SegmentHeader } from '../../../domain/segment/segment.js';

export const sourceId = 'a'.repeat(32) as SourceId;

export const header = (over: Partial<SegmentHeader> = {}): SegmentHeader => ({
  cluster: 'local-cluster' as ClusterId,
  source: sourceId,
  claim: 5n as Revision,
  batch: 0,
  part: 0,
  parts: 1,
  from: 0,
  to: 100,
  pass: 0,
  appendedAt: 0n as Instant,
  columns: ['timestamp', 'metric_name', 'value'],
  events: 10,
  ...over,
});

export const entryAt = (revision: number, partition: number, sequence: number, lane = 0): LogEntry => ({
  partition: partition as Partition,
  lane: lane as Lane,
  sequence: sequence as Sequence,
  revision: BigInt(revision) as Revision,
  key: `log/${String(partition)}/${String(lane)}/${String(sequence)}`,
  bytes: new Uint8Array(50),
});
