import { type Etcd3 } from 'etcd3';
import { type LogEntry } from '../../domain/log-entry.js';
import { type Revision } from '../../domain/revision.js';
import { type Keys } from './keys.js';
import { type LaneExtent } from './lane-extents.js';
import { listRange, type Page } from './range.js';
import { type StoredValue } from './stored-value.js';

/** A stored segment as an entry of the log; undefined when the key is not a segment's. */
export const logEntry = (keys: Keys, { key, created, value }: StoredValue): LogEntry | undefined => {
  const place = keys.parseSegment(key);
  return place && { ...place, revision: created, key, bytes: value };
};

/**
 * The segments of one lane at one revision, read ahead by a page while the page before is being consumed. Between two
 * calls at most two pages are held. Reading ahead ends when the signal aborts.
 */
export class LanePages {
  private readonly pages: AsyncGenerator<Page, void, undefined>;
  private ahead: Promise<IteratorResult<Page, void>> | undefined;
  private entries: readonly LogEntry[] = [];
  private at = 0;
  compacted = false;
  private ended = false;

  constructor(
    client: Etcd3,
    private readonly keys: Keys,
    { partition, lane, first }: LaneExtent,
    pin: Revision,
    pageBytes: number,
    signal: AbortSignal,
  ) {
    const range = {
      start: keys.segment({ partition, lane, sequence: first }),
      end: keys.logOfLane(partition, lane).end,
    };
    this.pages = listRange(client, range, signal, { at: pin, pageBytes, firstLimit: 1 });
    this.fetch();
  }

  /** The next entry; undefined when another page must be awaited with `ready` first, or when there is none. */
  get head(): LogEntry | undefined {
    return this.entries[this.at];
  }

  /** True when there is nothing more, or nothing more can be had. */
  get isOver(): boolean {
    return this.head === undefined && (this.ended || this.compacted);
  }

  /** Goes past the head. */
  take(): void {
    this.at++;
  }

  /** Waits until there is a head or it is over. */
  async ready(): Promise<void> {
    while (this.head === undefined && !this.isOver) {
      const { value: page } = await this.ahead!;
      if (page === undefined) this.ended = true;
      else if (page.kind === 'compacted') this.compacted = true;
      else this.turnTo(page);
    }
  }

  private turnTo(page: Page & { kind: 'page' }): void {
    this.entries = page.values.map((stored) => logEntry(this.keys, stored)).filter((entry) => entry !== undefined);
    this.at = 0;
    if (page.last) this.ended = true;
    else this.fetch();
  }

  private fetch(): void {
    this.ahead = this.pages.next();
    // Whoever awaits it gets the error; nobody may.
    this.ahead.catch(() => undefined);
  }
}
