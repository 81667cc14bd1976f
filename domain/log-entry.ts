import { type Lane, type Partition, type Sequence } from './ids.js';
import { type Revision } from './revision.js';

/** A segment as the log holds it, not yet decoded. */
export interface LogEntry {
  readonly partition: Partition;
  readonly lane: Lane;
  readonly sequence: Sequence;
  /** Of the transaction that appended it: the order of the log. */
  readonly revision: Revision;
  /** Its key in etcd, for messages. */
  readonly key: string;
  readonly bytes: Uint8Array;
}

/**
 * What a reader of the log hands on: whole revisions only, in the order of the log (revision, then partition).
 * `through` says how far the reader has seen: every entry of its scope up to that revision has been handed on.
 */
export interface LogBatch {
  readonly entries: readonly LogEntry[];
  readonly through: Revision;
  /** True once the reader has passed the log's head as it was when reading began: the backlog is over. */
  readonly live: boolean;
}

/** Which part of the log to read. */
export type LogScope = { readonly kind: 'everything' } | { readonly kind: 'partition'; readonly partition: Partition };

/** Reading the log: first listed at pinned revisions, then watched; both give the same order (promise P5). */
export interface LogReader {
  /** The store's revision now: everything appended so far is at or below it. */
  head(signal: AbortSignal): Promise<Revision>;
  /**
   * From `from` on, for ever. A batch is fetched only when the one before has been consumed, so a slow consumer holds
   * etcd back instead of filling memory. Connection losses, restarts and compactions are survived inside; the
   * iteration ends when the signal aborts and throws when history was rolled back below `from`, and {@link LogTrimmed}.
   */
  follow(scope: LogScope, from: Revision, signal: AbortSignal): AsyncIterable<LogBatch>;
  /**
   * From `from` up to and including `to`, then ends. What lies before the recorded horizons counts as gone, whether it
   * has been deleted yet or not (promise L1); so it does in `follow`.
   *
   * @param gaps what becomes of segments from `from` on that count as gone: they are left out, or {@link LogTrimmed} is
   *   thrown. Left out by default.
   */
  list(
    scope: LogScope,
    from: Revision,
    to: Revision,
    signal: AbortSignal,
    gaps?: 'left out' | 'refused',
  ): AsyncIterable<LogBatch>;
  /**
   * Resolves when an operator has this entry passed by (promise L6), or when the signal aborts. A reading that begins
   * after that is given a segment without events in its place.
   */
  passedBy(entry: Pick<LogEntry, 'partition' | 'lane' | 'sequence'>, signal: AbortSignal): Promise<void>;
}

/** Retention deleted what a reader was about to read: its view of the log is older than what is still there. */
export class LogTrimmed extends Error {}
