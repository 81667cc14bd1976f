import { type Partition } from '../../domain/ids.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { compareCursors, type Cursor } from '../../domain/position.js';
import { beginning, lower, previous, type Revision } from '../../domain/revision.js';
import { behindRevision } from './live-cursor.js';

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

/** Behind which cursors somebody can resume and misses nothing (promise Q4). */
export class Resumable {
  #wholeFrom = beginning;
  /** Cursors of these revisions, both inclusive, were given while a partition was stopped that has gone on since. */
  #passed: { readonly from: Revision; readonly to: Revision } | undefined;

  /** @param log how far it has been followed */
  constructor(
    private readonly identity: LogIdentity,
    private readonly log: { readonly followed: Revision },
  ) {}

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
      to: this.log.followed,
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
    return epoch === this.identity.epoch && revision > this.log.followed + mostAhead;
  }

  /** Why nobody can resume behind a cursor any more. */
  expiry(cursor: Cursor): Expiry | undefined {
    if (cursor.epoch !== this.identity.epoch) return 'recovered';
    if (compareCursors(cursor, this.oldest) < 0) return 'trimmed';
    const passed = this.#passed;
    return passed && cursor.revision >= passed.from && cursor.revision <= passed.to ? 'passed' : undefined;
  }
}
