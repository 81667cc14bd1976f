import { isLeft } from 'fp-ts/lib/Either.js';
import { type Partition } from '../../domain/ids.js';
import { type LogEntry, type LogReader } from '../../domain/log-entry.js';
import { type Revision } from '../../domain/revision.js';
import { type decodeSegment } from '../../domain/segment/decode.js';
import { type Segment, type SegmentFault } from '../../domain/segment/segment.js';
import { type Backlog } from './backlog.js';

export type DecodeSegment = typeof decodeSegment;

/** Why reading ended: on request, or at a segment that cannot be read (promise L6). */
export type ReadingEnd =
  { readonly kind: 'ended' } | { readonly kind: 'stopped'; readonly entry: LogEntry; readonly reason: string };

/** What a reading tells of its course, and how it lets others have their turn. */
export interface Turns {
  /** The log's end as it was when reading began has been passed; may be told again. */
  readonly caughtUp: () => void;
  readonly rest: () => Promise<void>;
}

/** Milliseconds of folding after which leases, answers and timers get their turn. */
const turnMs = 15;

export const describeFault = (fault: SegmentFault): string =>
  fault.kind === 'damaged'
    ? `the segment is damaged: ${fault.reason}`
    : `the segment's format version ${String(fault.version)} is not one that this program reads; run a newer one`;

/** Apart from the loop that reads: what is decoded is not held while that waits. @returns its events, or why it cannot be read */
const foldEntry = (
  decode: DecodeSegment,
  entry: LogEntry,
  fold: (segment: Segment, entry: LogEntry) => void,
): number | SegmentFault => {
  const decoded = decode(entry.bytes);
  if (isLeft(decoded)) return decoded.left;
  fold(decoded.right, entry);
  return decoded.right.header.events;
};

/** What is read, and what becomes of it. */
export interface Reading {
  readonly log: LogReader;
  readonly partition: Partition;
  readonly decode: DecodeSegment;
  readonly backlog: Backlog;
  readonly fold: (segment: Segment, entry: LogEntry) => void;
  readonly turns: Turns;
}

/**
 * Reads one partition from a revision on, decodes each segment once and hands it to `fold`. Holds etcd back while the
 * backlog is full. Ends when the signal aborts; throws what `follow` throws.
 */
export const readPartition = async (
  { log, partition, decode, backlog, fold, turns }: Reading,
  from: Revision,
  signal: AbortSignal,
): Promise<ReadingEnd> => {
  let workedMs = 0;
  for await (const batch of log.follow({ kind: 'partition', partition }, from, signal)) {
    for (const entry of batch.entries) {
      if (signal.aborted) return { kind: 'ended' };
      const begun = performance.now();
      const events = foldEntry(decode, entry, fold);
      if (typeof events !== 'number') return { kind: 'stopped', entry, reason: describeFault(events) };
      workedMs += performance.now() - begun;
      backlog.add(events, entry.bytes.byteLength);
      await backlog.room(signal);
      if (workedMs > turnMs) {
        await turns.rest();
        workedMs = 0;
      }
    }
    if (batch.live) turns.caughtUp();
  }
  return { kind: 'ended' };
};
