import { type Partition } from '../../domain/ids.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type Revision } from '../../domain/revision.js';

/** Segments and events. */
export interface Extent {
  readonly segments: number;
  readonly events: number;
}

interface Step extends Extent {
  readonly revision: Revision;
  readonly isReadable: boolean;
  readonly storedBytes: number;
}

/** True for the segment that ends a run of history, given the run's stored bytes, events and segments with it. */
export type RunEnds = (storedBytes: number, events: number, segments: number) => boolean;

/** Where runs end in a version of history. */
export type RunEndsIn = (version: number) => RunEnds;

/** How the log grew, partition by partition, so that checkpoints can be held against it. */
export class LogCourse {
  readonly #partitions = new Map<Partition, Step[]>();

  /**
   * Entries come in the order of the log.
   *
   * @param events undefined where the segment cannot be read
   */
  add({ partition, revision, bytes }: LogEntry, events: number | undefined): void {
    const steps = this.#partitions.get(partition) ?? [];
    this.#partitions.set(partition, steps);
    const isReadable = events !== undefined;
    steps.push({ revision, isReadable, storedBytes: bytes.byteLength, segments: 1, events: events ?? 0 });
  }

  get partitions(): readonly Partition[] {
    return [...this.#partitions.keys()];
  }

  /** What a partition holds before a revision. */
  before(partition: Partition, next: Revision): Extent {
    return sum((this.#partitions.get(partition) ?? []).filter(({ revision }) => revision < next));
  }

  /** What a partition holds from a revision on. */
  from(partition: Partition, next: Revision): Extent {
    return sum((this.#partitions.get(partition) ?? []).filter(({ revision }) => revision >= next));
  }

  /**
   * The run that is still open, where the last one ended before `next`: what follows the last run that ends, up to a
   * segment that cannot be read, behind which nobody folds or answers (promise L6).
   */
  openRun(partition: Partition, next: Revision, runEnds: RunEnds): Extent {
    let open: Step[] = [];
    let [bytes, events] = [0, 0];
    for (const step of this.#partitions.get(partition) ?? []) {
      if (step.revision < next) continue;
      if (!step.isReadable) break;
      open.push(step);
      bytes += step.storedBytes;
      events += step.events;
      if (!runEnds(bytes, events, open.length)) continue;
      [open, bytes, events] = [[], 0, 0];
    }
    return sum(open);
  }
}

const sum = (steps: readonly Extent[]): Extent => ({
  segments: steps.reduce((total, { segments }) => total + segments, 0),
  events: steps.reduce((total, { events }) => total + events, 0),
});
