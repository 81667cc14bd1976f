import { type Etcd3, type IRangeResponse } from 'etcd3';
import { type Sequence } from '../../domain/ids.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type Revision } from '../../domain/revision.js';
import { type Keys } from './keys.js';
import { type LaneExtent } from './lane-extents.js';
import { persistently } from './persistently.js';
import { compactedOrThrow, nextLimit } from './range.js';
import { type StoredValue, storedValue } from './stored-value.js';

/** A stored segment as an entry of the log; undefined when the key is not a segment's. */
export const logEntry = (keys: Keys, { key, created, value }: StoredValue): LogEntry | undefined => {
  const place = keys.parseSegment(key);
  return place && { ...place, revision: created, key, bytes: value };
};

/**
 * Of a page. Where small segments of a live source give way to those of a bulk import, all lanes of a writer get one
 * page of many times its intended size at the same moment.
 */
const mostSegments = 32;

/** Where and how a lane is read. */
export interface LaneReading {
  readonly client: Etcd3;
  readonly keys: Keys;
  readonly pin: Revision;
  readonly pageBytes: number;
  /** Ends reading ahead. */
  readonly signal: AbortSignal;
}

/**
 * The segments of one lane at one revision, read ahead by a page while the page before is being consumed. Between two
 * calls at most two pages are held.
 */
export class LanePages {
  private ahead: Promise<IRangeResponse | 'compacted'>;
  private entries: readonly LogEntry[] = [];
  private at = 0;
  private next: number;
  private limit = 1;
  private ended = false;
  compacted = false;

  constructor(
    private readonly extent: LaneExtent,
    private readonly reading: LaneReading,
  ) {
    this.next = extent.first;
    this.ahead = this.fetch();
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
      const reply = await this.ahead;
      if (reply === 'compacted') this.compacted = true;
      else this.turnTo(reply);
    }
  }

  private turnTo(reply: IRangeResponse): void {
    const { keys, pageBytes } = this.reading;
    this.entries = reply.kvs.map((kv) => logEntry(keys, storedValue(kv))).filter((entry) => entry !== undefined);
    this.at = 0;
    const last = this.entries.at(-1);
    this.ended = this.isLastPage && !reply.more;
    this.next = Math.max(this.isLastPage ? 0 : this.next + this.limit, last === undefined ? 0 : last.sequence + 1);
    if (last !== undefined) this.limit = nextLimit(this.limit, pageBytes, reply, mostSegments);
    if (!this.ended) this.ahead = this.fetch();
  }

  /** The last page goes to the end of the lane's keys and not of its count, so that a hole in it hides nothing. */
  private get isLastPage(): boolean {
    return this.next + this.limit >= this.extent.end;
  }

  /** A page ends at a key and not only at a limit, because etcd walks over all keys of a range before it limits. */
  private fetch(): Promise<IRangeResponse | 'compacted'> {
    const { client, keys, pin, signal } = this.reading;
    const { partition, lane } = this.extent;
    const key = (sequence: number) => keys.segment({ partition, lane, sequence: sequence as Sequence });
    const request = {
      key: Buffer.from(key(this.next)),
      range_end: Buffer.from(this.isLastPage ? keys.logOfLane(partition, lane).end : key(this.next + this.limit)),
      limit: this.limit,
      revision: String(pin),
    };
    const page = persistently(signal, () => client.kv.range(request)).catch(compactedOrThrow);
    // Whoever awaits it gets the error; nobody may.
    page.catch(() => undefined);
    return page;
  }
}
