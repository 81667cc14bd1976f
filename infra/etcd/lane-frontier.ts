import { type Lane, type Partition, type Sequence } from '../../domain/ids.js';
import { type LogPlace } from './keys.js';

/** One lane of one partition. */
export interface LaneOfPartition {
  readonly partition: Partition;
  readonly lane: Lane;
}

const lanesOfLog = 16;

/** All lanes of these partitions, in the order of their keys. */
export const lanesOf = (partitions: readonly Partition[]): readonly LaneOfPartition[] =>
  partitions.flatMap((partition) =>
    Array.from({ length: lanesOfLog }, (_, lane) => ({ partition, lane: lane as Lane })),
  );

/** How far a reader has handed on each lane: a lane is dense (promise L2), so one number says it all. */
export class LaneFrontier {
  private readonly sequences = new Map<number, Sequence>();

  constructor(readonly lanes: readonly LaneOfPartition[]) {}

  /** The sequence of the first segment of a lane that has not been handed on. */
  nextOf({ partition, lane }: LaneOfPartition): Sequence {
    return this.sequences.get(partition * lanesOfLog + lane) ?? (0 as Sequence);
  }

  set({ partition, lane }: LaneOfPartition, next: Sequence): void {
    this.sequences.set(partition * lanesOfLog + lane, next);
  }

  handedOn(place: LogPlace): void {
    this.set(place, (place.sequence + 1) as Sequence);
  }

  /** Whether these, in this order, follow on what has been handed on without a gap. */
  isJoinedBy(places: readonly LogPlace[]): boolean {
    const ahead = new LaneFrontier([]);
    return places.every((place) => {
      const known = ahead.sequences.has(place.partition * lanesOfLog + place.lane);
      const expected = (known ? ahead : this).nextOf(place);
      ahead.handedOn(place);
      return expected === place.sequence;
    });
  }
}
