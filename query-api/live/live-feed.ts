import { type Partition } from '../../domain/ids.js';
import { type LogBatch, type LogReader, LogTrimmed } from '../../domain/log-entry.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { compareCursors, type Cursor } from '../../domain/position.js';
import { beginning, lower, next, previous, type Revision } from '../../domain/revision.js';
import { cachedSeries, DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { HeldUpdates } from './held-updates.js';
import { behindRevision } from './live-cursor.js';
import { filtered, type LiveFilter } from './live-filter.js';
import { LiveSegment } from './live-segment.js';
import { type LiveUpdate } from './live-update.js';
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

/** Why a cursor has expired. */
export type Expiry = 'recovered' | 'trimmed' | 'passed';

export const expiryText = {
  recovered: 'The log was recovered from a backup since this cursor was given.',
  passed: 'A partition that had stopped at a damaged segment has gone on since, behind this cursor.',
  trimmed: 'What came next after this cursor is no longer retained.',
} as const;

/** Retention has overtaken a subscriber that was still reading what came before. */
export class CursorExpired extends Error {}

/** Revisions that another gateway may be ahead: at a thousand commits a second a quarter of an hour. */
const mostAhead = 1_000_000n;

/** The log as a live feed: one follower for the whole process, fanned out to subscribers. */
export class LiveFeed {
  readonly #subscribers = new Subscribers();
  #wholeFrom = beginning;
  /** Cursors of these revisions, both inclusive, were given while a partition was stopped that has gone on since. */
  #passed: { readonly from: Revision; readonly to: Revision } | undefined;

  constructor(
    private readonly identity: LogIdentity,
    private readonly log: Pick<LogReader, 'list'>,
    private readonly model: FollowedLog,
    private readonly dictionaries = new DictionaryCache(cachedSeries),
  ) {}

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

  /** Retention keeps the whole log from this revision on. */
  keepsFrom(revision: Revision): void {
    if (revision > this.#wholeFrom) this.#wholeFrom = revision;
  }

  /** Where what is retained of the present epoch begins: whoever resumes there sees all of it. */
  get oldest(): Cursor {
    const { epoch } = this.identity;
    if (this.#wholeFrom === beginning) return { epoch, revision: beginning, partition: 0 as Partition, place: 0 };
    return behindRevision(epoch, previous(this.#wholeFrom));
  }

  /**
   * What stands behind a stop is served from now on, while later parts of the log have been for long: whoever has a
   * cursor from in between has not seen it. Subscribers are to be sent away, so that they ask with their cursors.
   */
  cameBehind(stop: Revision): void {
    this.#passed = {
      from: this.#passed ? lower(this.#passed.from, stop) : stop,
      to: this.model.followed,
    };
  }

  /** Where somebody whose cursor has expired can resume: all that comes next is there. */
  oldestFor(cursor: Cursor): Cursor {
    const { oldest } = this;
    if (!this.#passed || this.expiry(cursor) !== 'passed') return oldest;
    const whole = behindRevision(this.identity.epoch, previous(this.#passed.from));
    return compareCursors(whole, oldest) < 0 ? oldest : whole;
  }

  /**
   * Whether a cursor stands further on than any other gateway can be, which may well be further than this one: it was
   * damaged, or is of another system, and what comes next after it would not come for ages.
   */
  isBeyond({ epoch, revision }: Cursor): boolean {
    return epoch === this.identity.epoch && revision > this.model.followed + mostAhead;
  }

  /** Why nobody can resume behind a cursor any more. */
  expiry(cursor: Cursor): Expiry | undefined {
    if (cursor.epoch !== this.identity.epoch) return 'recovered';
    if (compareCursors(cursor, this.oldest) < 0) return 'trimmed';
    const passed = this.#passed;
    return passed && cursor.revision >= passed.from && cursor.revision <= passed.to ? 'passed' : undefined;
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
