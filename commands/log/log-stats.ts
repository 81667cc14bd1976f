import { isLeft } from 'fp-ts/lib/Either.js';
import { formatInstant, type Instant } from '../../domain/instant.js';
import { decodeSegmentHeader } from '../../domain/segment/decode.js';
import { type SegmentHeader } from '../../domain/segment/segment.js';
import { faultText, type WalkedLog, walkLog } from './walk-log.js';

/** What `telemetry log stats --json` prints. */
export interface LogStats {
  readonly partitions: number;
  readonly segments: number;
  readonly events: number;
  /** Of the segments as stored, keys left aside. */
  readonly bytes: number;
  /** When the oldest and the newest segment were appended; null for an empty log. */
  readonly oldest: string | null;
  readonly newest: string | null;
  /** Keys of segments that cannot be read, each with the reason: they count as segments without events. */
  readonly unreadable: readonly string[];
}

interface Counted extends Omit<LogStats, 'oldest' | 'newest'> {
  readonly oldest: Instant | undefined;
  readonly newest: Instant | undefined;
}

const withSegment = (stats: Counted, { events, appendedAt }: SegmentHeader, bytes: number): Counted => ({
  ...stats,
  segments: stats.segments + 1,
  events: stats.events + events,
  bytes: stats.bytes + bytes,
  oldest: stats.oldest === undefined || appendedAt < stats.oldest ? appendedAt : stats.oldest,
  newest: stats.newest === undefined || appendedAt > stats.newest ? appendedAt : stats.newest,
});

const shown = (at: Instant | undefined): string | null => (at === undefined ? null : formatInstant(at));

/** Counts the log by reading all of it. */
export const logStats = async (log: WalkedLog, partitions: number, signal: AbortSignal): Promise<LogStats> => {
  const none = { partitions, segments: 0, events: 0, bytes: 0, unreadable: [] };
  let stats: Counted = { ...none, oldest: undefined, newest: undefined };
  const unreadable: string[] = [];
  for await (const { entry, decoded } of walkLog(log, decodeSegmentHeader, signal)) {
    const { bytes, key } = entry;
    if (!isLeft(decoded)) {
      stats = withSegment(stats, decoded.right, bytes.length);
      continue;
    }
    stats = { ...stats, segments: stats.segments + 1, bytes: stats.bytes + bytes.length };
    unreadable.push(`${key}: ${faultText(decoded.left)}`);
  }
  return { ...stats, unreadable, oldest: shown(stats.oldest), newest: shown(stats.newest) };
};
