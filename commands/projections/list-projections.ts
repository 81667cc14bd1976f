import { isRight } from 'fp-ts/lib/Either.js';
import { archiveNeeded } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { type LogReader } from '../../domain/log-entry.js';
import { beginning, lower, type Revision } from '../../domain/revision.js';
import { type decodeSegmentHeader } from '../../domain/segment/decode.js';
import { type GenerationProgress, type SystemSnapshot } from '../../domain/system-snapshot.js';
import { LogCourse, type RunEndsIn } from '../verify/log-course.js';
import { type PartitionReach, remainingOf } from './count-segments.js';
import { type ProjectionRow } from '../../domain/projection-row.js';
import { type ListedProjection, listedOf, shownOf } from './projection-row.js';

export interface ListPorts {
  readonly log: Pick<LogReader, 'list'>;
  readonly decodeHeader: typeof decodeSegmentHeader;
  readonly runEndsIn: RunEndsIn;
  /** How far the lanes of so many partitions reach at a revision. */
  readonly reaches: (partitions: number, at: Revision, signal: AbortSignal) => Promise<readonly PartitionReach[]>;
}

/** A build that is further behind than so many segments in a partition is counted there, and not held against the log. */
const nearSegments = 64;

const nextOf = ({ checkpoints }: GenerationProgress, partition: Partition): Revision =>
  checkpoints.get(partition)?.next ?? beginning;

/** Generations and how far the lanes reach, at one revision. */
class Listing {
  readonly shown: readonly GenerationProgress[];

  constructor(
    private readonly snapshot: SystemSnapshot,
    private readonly reaches: readonly PartitionReach[],
  ) {
    this.shown = shownOf(snapshot);
  }

  remaining(generation: GenerationProgress, partition: Partition): number {
    return remainingOf(generation, this.reaches, partition);
  }

  isFar(generation: GenerationProgress, partition: Partition): boolean {
    const { record } = generation;
    const archived = archiveNeeded(record);
    // What an archive holds is no longer in the log to be counted there.
    if (archived !== undefined && nextOf(generation, partition) <= archived) return true;
    return record.state !== 'active' && this.remaining(generation, partition) > nearSegments;
  }

  /** From where on a partition has to be read. */
  from(partition: Partition): Revision {
    return this.shown
      .filter((generation) => !this.isFar(generation, partition))
      .map((generation) => nextOf(generation, partition))
      .reduce(lower, this.snapshot.revision);
  }
}

/**
 * How far each generation is, counted from the log and the checkpoints at the snapshot's revision. Reads the log from the
 * oldest checkpoint of each partition on; what is being built far behind them is only counted.
 *
 * @param partitions how many the log has
 * @throws what the signal says when it aborts
 */
export const listProjections = async (
  ports: ListPorts,
  snapshot: SystemSnapshot,
  partitions: number,
  signal: AbortSignal,
): Promise<readonly ProjectionRow[]> => (await listLags(ports, snapshot, partitions, signal)).map(({ row }) => row);

/** The same, with how far each partition is. */
export const listLags = async (
  { log, decodeHeader, runEndsIn, reaches }: ListPorts,
  snapshot: SystemSnapshot,
  partitions: number,
  signal: AbortSignal,
): Promise<readonly ListedProjection[]> => {
  const listing = new Listing(snapshot, await reaches(partitions, snapshot.revision, signal));
  const course = new LogCourse();
  const every = Array.from({ length: partitions }, (_, number) => number as Partition);
  for (const partition of every) {
    const scope = { kind: 'partition', partition } as const;
    for await (const { entries } of log.list(scope, listing.from(partition), snapshot.revision, signal)) {
      for (const entry of entries) {
        const header = decodeHeader(entry.bytes);
        course.add(entry, isRight(header) ? header.right.events : undefined);
      }
    }
  }
  // A listing that was told to stop ends like one that has come to its end, and what it left out would count as folded.
  signal.throwIfAborted();
  return listing.shown.map((generation) => reachedBy(generation, snapshot, every, listing, course, runEndsIn));
};

const reachedBy = (
  generation: GenerationProgress,
  snapshot: SystemSnapshot,
  every: readonly Partition[],
  listing: Listing,
  course: LogCourse,
  runEndsIn: RunEndsIn,
): ListedProjection => {
  const { record, checkpoints } = generation;
  let events = [...checkpoints.values()].reduce((sum, checkpoint) => sum + checkpoint.events, 0);
  const lags = every.map((partition) => {
    if (listing.isFar(generation, partition)) return listing.remaining(generation, partition);
    const next = nextOf(generation, partition);
    if (record.projection !== 'history') return course.from(partition, next).segments;
    const open = course.openRun(partition, next, runEndsIn(record.version));
    events += open.events;
    return course.from(partition, next).segments - open.segments;
  });
  return listedOf(generation, snapshot, lags, events);
};
