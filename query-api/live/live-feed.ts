import { type Partition } from '../../domain/ids.js';
import { type LogBatch, type LogReader } from '../../domain/log-entry.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { compareCursors, type Cursor } from '../../domain/position.js';
import { beginning, next, type Revision } from '../../domain/revision.js';
import { filtered, type LiveFilter } from './live-filter.js';
import { LiveSegment } from './live-segment.js';
import { type LiveUpdate } from './live-update.js';

/** Takes the updates of one revision at a time, in order. */
export type Deliver = (updates: readonly LiveUpdate[]) => void;

/** How far the log has been followed. */
export type Followed = () => Revision;

interface Subscriber {
  readonly filter: LiveFilter;
  readonly deliver: Deliver;
  readonly after: Cursor | undefined;
}

const wanted = (segments: readonly LiveSegment[], filter: LiveFilter, after?: Cursor): readonly LiveUpdate[] =>
  segments
    .flatMap((segment) => segment.updatesFor(filter))
    .filter((update) => after === undefined || compareCursors(update.cursor, after) > 0)
    .flatMap((update) => filtered(update, filter) ?? []);

/** The log as a live feed: one follower for the whole process, fanned out to subscribers. */
export class LiveFeed {
  readonly #subscribers = new Set<Subscriber>();

  constructor(
    private readonly identity: LogIdentity,
    private readonly log: Pick<LogReader, 'list'>,
    private readonly followed: Followed,
  ) {}

  get subscribers(): number {
    return this.#subscribers.size;
  }

  /** What the one follower has seen; entries are in the order of the log, which is that of cursors. */
  publish(batch: LogBatch): void {
    if (this.#subscribers.size === 0 || batch.entries.length === 0) return;
    const segments = this.#segments(batch);
    for (const { filter, deliver, after } of this.#subscribers) {
      const updates = wanted(segments, filter, after);
      if (updates.length > 0) deliver(updates);
    }
  }

  #segments({ entries }: LogBatch): readonly LiveSegment[] {
    return entries.map((entry) => new LiveSegment(entry, this.identity.epoch, this.identity.partitions));
  }

  /**
   * Everything from now on. Call the answer to end it.
   *
   * @param after what the subscriber has had: another gateway may have shown it what this one has yet to follow
   */
  subscribe(filter: LiveFilter, deliver: Deliver, after?: Cursor): () => void {
    const subscriber = { filter, deliver, after };
    this.#subscribers.add(subscriber);
    return () => void this.#subscribers.delete(subscriber);
  }

  /** Where the log of the present epoch begins: whoever resumes there sees everything that is retained. */
  get oldest(): Cursor {
    return { epoch: this.identity.epoch, revision: beginning, partition: 0 as Partition, place: 0 };
  }

  /** Whether the log still is what a cursor was given for. */
  isOfLog({ epoch }: Cursor): boolean {
    return epoch === this.identity.epoch;
  }

  /**
   * Everything behind a cursor, nothing twice: first from the log, as fast as it is taken, then what comes. `caughtUp`
   * is called, without anything awaited since the last update from the log, when the rest will come by `subscribe`.
   */
  async *since(
    after: Cursor,
    filter: LiveFilter,
    caughtUp: () => void,
    signal: AbortSignal,
  ): AsyncGenerator<readonly LiveUpdate[], void, undefined> {
    let from = after.revision;
    for (;;) {
      const to = this.followed();
      if (from <= to)
        for await (const batch of this.log.list({ kind: 'everything' }, from, to, signal)) {
          const updates = wanted(this.#segments(batch), filter, after);
          if (updates.length > 0) yield updates;
        }
      if (signal.aborted) return;
      from = from <= to ? next(to) : from;
      if (to === this.followed()) return caughtUp();
    }
  }
}
