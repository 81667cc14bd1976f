import { type StoppedPartition } from '../../domain/collector-announcement.js';
import { type Partition } from '../../domain/ids.js';

const windowMs = 10_000;

/** How a collector is doing, for its announcement; counts since it started. */
export class Counters {
  events = 0;
  commits = 0;
  /** Answers that left a step unknown, and commits that turned out to have been applied before a repeat asked. */
  unanswered = 0;
  settled = 0;
  /** Claims given up because a commit was refused. */
  refused = 0;
  readonly #stopped = new Map<Partition, readonly StoppedPartition[]>();
  readonly #waiting = new Map<Partition, () => number>();
  #marks: { readonly at: number; readonly events: number }[] = [];

  /** Replaces what is known to have stopped in a partition. */
  stopped(partition: Partition, stops: readonly StoppedPartition[]): void {
    if (stops.length === 0) this.#stopped.delete(partition);
    else this.#stopped.set(partition, stops);
  }

  /** Lets a partition's backlog be asked for while it is owned. */
  watch(partition: Partition, segments: () => number): () => void {
    this.#waiting.set(partition, segments);
    return () => {
      if (this.#waiting.get(partition) === segments) this.#waiting.delete(partition);
    };
  }

  get stops(): readonly StoppedPartition[] {
    return [...this.#stopped.values()].flat();
  }

  get waiting(): number {
    return [...this.#waiting.values()].reduce((sum, segments) => sum + segments(), 0);
  }

  /** Events a second over the last ten seconds. */
  rate(nowMs: number): number {
    this.#marks.push({ at: nowMs, events: this.events });
    this.#marks = this.#marks.filter(({ at }) => nowMs - at <= windowMs);
    const first = this.#marks[0]!;
    return first.at === nowMs ? 0 : Math.round(((this.events - first.events) * 1000) / (nowMs - first.at));
  }
}
