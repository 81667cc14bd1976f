import { isRight } from 'fp-ts/lib/Either.js';
import { type ProjectionName } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { type LogReader } from '../../domain/log-entry.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type decodeSegmentHeader } from '../../domain/segment/decode.js';
import { type GenerationProgress, type SystemSnapshot } from '../../domain/system-snapshot.js';
import { LogCourse, type RunEnds } from '../verify/log-course.js';

/** A generation as `projections list --json` and `GET /api/v1/projections` show it. */
export interface ProjectionRow {
  readonly name: ProjectionName;
  readonly version: number;
  readonly generation: string;
  readonly state: 'building' | 'active';
  readonly partial: boolean;
  /** Segments in the log that it has not folded; for history, those of runs that have ended and are not written. */
  readonly lag_segments: number;
  /** Events folded; for history, those of the open run count. */
  readonly events: number;
  /** Partitions that cannot go on, and why (promise L6). */
  readonly stopped: readonly { readonly partition: number; readonly key: string; readonly reason: string }[];
}

export interface ListPorts {
  readonly log: LogReader;
  readonly decodeHeader: typeof decodeSegmentHeader;
  readonly runEnds: RunEnds;
}

const nextOf = ({ checkpoints }: GenerationProgress, partition: Partition): Revision =>
  checkpoints.get(partition)?.next ?? beginning;

/**
 * How far each generation is, counted from the log and the checkpoints at the snapshot's revision. Reads the log from the
 * oldest checkpoint of each partition on.
 *
 * @param partitions how many the log has
 */
export const listProjections = async (
  { log, decodeHeader, runEnds }: ListPorts,
  snapshot: SystemSnapshot,
  partitions: number,
  signal: AbortSignal,
): Promise<readonly ProjectionRow[]> => {
  const course = new LogCourse();
  for (let number = 0; number < partitions; number++) {
    const partition = number as Partition;
    const from = snapshot.generations
      .map((generation) => nextOf(generation, partition))
      .reduce((least, next) => (next < least ? next : least), snapshot.revision);
    for await (const { entries } of log.list({ kind: 'partition', partition }, from, snapshot.revision, signal)) {
      for (const entry of entries) {
        const header = decodeHeader(entry.bytes);
        course.add(entry, isRight(header) ? header.right.events : 0);
      }
    }
  }
  return snapshot.generations.map((generation) => rowOf(generation, snapshot, course, runEnds));
};

const rowOf = (
  generation: GenerationProgress,
  { collectors }: SystemSnapshot,
  course: LogCourse,
  runEnds: RunEnds,
): ProjectionRow => {
  const { record, checkpoints } = generation;
  let lag = 0;
  let events = [...checkpoints.values()].reduce((sum, checkpoint) => sum + checkpoint.events, 0);
  for (const partition of course.partitions) {
    const next = nextOf(generation, partition);
    const open =
      record.projection === 'history' ? course.openRun(partition, next, runEnds) : { segments: 0, events: 0 };
    lag += course.from(partition, next).segments - open.segments;
    events += open.events;
  }
  return {
    name: record.projection,
    version: record.version,
    generation: String(record.generation),
    state: record.state,
    partial: record.partial,
    lag_segments: lag,
    events,
    stopped: collectors
      .flatMap(({ stopped }) => stopped)
      .filter(({ projection }) => projection === record.projection)
      .map(({ partition, key, reason }) => ({ partition, key, reason })),
  };
};
