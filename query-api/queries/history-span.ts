import { type Instant } from '../../domain/instant.js';
import { type HistoryQuery } from '../history/history-query.js';

/** How much of the past may be looked at for one answer. */
export interface HistorySpan {
  /** Nanoseconds; undefined is all that there is. */
  readonly most: bigint | undefined;
  readonly now: Instant;
}

/** Nanoseconds that a walk over the pages of what ends now may take: each page is judged for itself. */
const walkTakes = 300_000_000_000n;

/**
 * Where what is asked has to begin at the earliest; undefined where it may begin where it does. Records are found until
 * there are as many as the limit says; buckets are made of all that lies in them.
 */
export const earliestStart = (
  { start, end, buckets }: Pick<HistoryQuery, 'start' | 'end' | 'buckets'>,
  { most, now }: HistorySpan,
): Instant | undefined => {
  if (most === undefined || buckets === undefined) return undefined;
  const earliest = ((end ?? now - walkTakes) - most) as Instant;
  return start !== undefined && start >= earliest ? undefined : earliest;
};
