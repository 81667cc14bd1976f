import { type ClusterId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Segment } from '../../domain/segment/segment.js';

/** What a query must know of a segment to leave it alone: its cluster and its observation times, both inclusive. */
export interface SegmentBounds {
  readonly cluster: ClusterId;
  readonly first: Instant;
  readonly last: Instant;
}

/** Undefined when the segment has no events. */
export const boundsOf = ({ header, samples }: Segment): SegmentBounds | undefined => {
  const [start, ...others] = samples.times;
  if (!start) return undefined;
  let [first, last] = [start.at, start.at];
  for (const { at } of others) {
    if (at < first) first = at;
    if (at > last) last = at;
  }
  return { cluster: header.cluster, first, last };
};
