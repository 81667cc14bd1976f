import { type Lane, type Partition, type Sequence } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';

/** Consecutive segments of one lane of one partition: what retention counts by and cuts at. */
export interface LogBlock {
  readonly partition: Partition;
  readonly lane: Lane;
  /** From `first`, inclusive, to `end`, exclusive. */
  readonly first: Sequence;
  readonly end: Sequence;
  /** The revision of its last segment. */
  readonly through: Revision;
  readonly events: number;
  /** Of the segments as stored, keys left aside. */
  readonly bytes: number;
  /** When the oldest and the newest of its segments were appended. */
  readonly oldest: Instant;
  readonly newest: Instant;
}

/** The blocks of one lane, oldest first. */
export type LaneBlocks = readonly LogBlock[];

export const sumOf = <T>(things: Iterable<T>, amount: (thing: T) => number): number => {
  let sum = 0;
  for (const thing of things) sum += amount(thing);
  return sum;
};
