import { type Partition } from '../../domain/ids.js';
import { type LogBatch, type LogReader, LogTrimmed } from '../../domain/log-entry.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { compareCursors, type Cursor } from '../../domain/position.js';
import { next, type Revision } from '../../domain/revision.js';
import { cachedSeries, DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { HeldUpdates } from './held-updates.js';
import { behindRevision } from './live-cursor.js';
import { filtered, type LiveFilter } from './live-filter.js';
import { LiveSegment } from './live-segment.js';
import { type LiveUpdate } from './live-update.js';
import { CursorExpired, Resumable } from './resumable.js';
import { type Deliver, Subscribers, updatesBehind } from './subscribers.js';

/** How the log is followed. */
export interface FollowedLog {
  /** How far. */
  readonly followed: Revision;
  /** Where a partition has stopped (promise L6); undefined where it has not. */
  stopOf(partition: Partition): { readonly revision: Revision } | undefined;
}

const wanted = (segments: readonly LiveSegment[], filter: LiveFilter): readonly LiveUpdate[] =>
  segments.flatMap((segment) => segment.updatesFor(filter)).flatMap((update) => filtered(update, filter) ?? []);

/** The log as a live feed: one follower for the whole process, fanned out to subscribers. */
export class LiveFeed {
  /** Behind which cursors somebody can go on. */
  readonly resumable: Resumable;
  readonly #subscribers = new Subscribers();

  constructor(
    private readonly identity: LogIdentity,
    private readonly log: Pick<LogReader, 'list'>,
    private readonly model: FollowedLog,
    private readonly dictionaries = new DictionaryCache(cachedSeries),
  ) {
    this.resumable = new Resumable(identity, model);
  }

  /** Updates that subscribers who did not keep up were not sent: dropped, or stood for by newer ones. */
  dropped = 0;

  get subscribers(): number {
    return this.#subscribers.count;
  }

  /** What the one follower has seen; entries are in the order of the log, which is that of cursors. */
  publish(batch: LogBatch): void {
    if (this.#subscribers.count === 0 || batch.entries.length === 0) return;
    const segments = this.#segments(batch);
    this.#subscribers.tell((filter) => wanted(segments, filter));
  }

  async *#listed(from: Revision, to: Revision, signal: AbortSignal): AsyncGenerator<LogBatch, void, undefined> {
    try {
      // Horizons are followed, and may be heard of late: the log itself says whether it is whole from here on.
      yield* this.log.list({ kind: 'everything' }, from, to, signal, 'refused');
    } catch (error) {
      throw error instanceof LogTrimmed ? new CursorExpired() : error;
    }
  }

  #segments({ entries }: LogBatch): readonly LiveSegment[] {
    return entries
      .filter(({ partition, revision }) => revision < (this.model.stopOf(partition)?.revision ?? next(revision)))
      .map((entry) => new LiveSegment(entry, this.identity.epoch, this.identity.partitions, this.dictionaries));
  }

  /**
   * Everything from now on. Call the answer to end it.
   *
   * @param after what the subscriber has had: another gateway may have shown it what this one has yet to follow
   */
  subscribe(filter: LiveFilter, deliver: Deliver, after?: Cursor): () => void {
    return this.#subscribers.add(filter, deliver, after);
  }

  /**
   * Everything behind a cursor, nothing twice: first from the log, as fast as it is taken, then what came meanwhile.
   * `caughtUp` is called, without anything awaited since the last update was taken, when the rest will come by
   * `subscribe`. One listing is enough for whoever takes what comes meanwhile in time; it begins again for others.
   *
   * @throws CursorExpired when retention deletes what has not been taken yet
   */
  async *since(
    after: Cursor,
    filter: LiveFilter,
    caughtUp: () => void,
    signal: AbortSignal,
  ): AsyncGenerator<readonly LiveUpdate[], void, undefined> {
    const hadAll = compareCursors(after, behindRevision(after.epoch, after.revision)) >= 0;
    for (let from = hadAll ? next(after.revision) : after.revision; !signal.aborted;) {
      const to = this.model.followed;
      const held = new HeldUpdates();
      const end = this.subscribe(filter, (updates) => held.add(updates), after);
      try {
        if (from <= to) {
          yield* this.#listedUpdates(from, to, filter, after, signal);
          from = next(to);
        }
        for (let updates = held.take(); updates && !signal.aborted; updates = held.take()) {
          yield updates;
          from = next(updates.at(-1)!.cursor.revision);
        }
        if (signal.aborted) return;
        if (!held.overflown) return caughtUp();
      } finally {
        end();
      }
    }
  }

  async *#listedUpdates(
    from: Revision,
    to: Revision,
    filter: LiveFilter,
    after: Cursor,
    signal: AbortSignal,
  ): AsyncGenerator<readonly LiveUpdate[], void, undefined> {
    for await (const batch of this.#listed(from, to, signal)) {
      const updates = updatesBehind(wanted(this.#segments(batch), filter), after);
      if (updates.length > 0) yield updates;
    }
  }
}
