import { isLeft } from 'fp-ts/lib/Either.js';
import { type Lane, type Partition, type Sequence } from '../../domain/ids.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type Revision } from '../../domain/revision.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { cachedSeries, DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { type SegmentFault } from '../../domain/segment/segment.js';
import { boundsOf, type SegmentBounds } from './segment-bounds.js';

/** A segment that is not yet part of the written history. Without its bytes it is read from the log when needed. */
export interface TailEntry {
  readonly partition: Partition;
  readonly revision: Revision;
  readonly key: string;
  readonly bytes: Uint8Array | undefined;
  /** Undefined when it has no events. */
  readonly bounds: SegmentBounds | undefined;
}

/** Why a partition has stopped (promise L6), and at which segment. */
export interface Stopped {
  readonly partition: Partition;
  readonly lane: Lane;
  readonly sequence: Sequence;
  readonly revision: Revision;
  readonly key: string;
  readonly reason: string;
}

/** Bytes of segments held at most; what is beyond them is read from the log for each query. */
export const heldBytes = 64 << 20;

/** What one look at a segment shows: why its partition stops there, or of which times it is. */
type Look =
  | { readonly kind: 'stops'; readonly reason: string }
  | { readonly kind: 'whole'; readonly bounds: SegmentBounds | undefined };

const reasonOf = (fault: SegmentFault): string =>
  fault.kind === 'damaged' ? fault.reason : `its format version ${fault.version} is unknown`;

/** At the whole segment, as collectors judge it: they stop where only its events cannot be read, too. */
const lookAt = ({ bytes }: LogEntry, dictionaries: DictionaryCache): Look => {
  const segment = decodeSegment(bytes, dictionaries);
  return isLeft(segment)
    ? { kind: 'stops', reason: reasonOf(segment.left) }
    : { kind: 'whole', bounds: boundsOf(segment.right) };
};

const stopAt = ({ partition, lane, sequence, revision, key }: LogEntry, reason: string): Stopped => ({
  ...{ partition, lane, sequence, revision, key, reason },
});

/** The end of the log, from what the read models have not covered on: open runs and runs not yet written. */
export class LogTail {
  readonly #entries = new Map<Partition, TailEntry[]>();
  readonly #stopped = new Map<Partition, Stopped>();
  #held = 0;

  /** @param dictionaries where those are found again that others of the process have read: most of a segment's reading */
  constructor(
    private readonly dictionaries = new DictionaryCache(cachedSeries),
    private readonly mostHeld = heldBytes,
  ) {}

  /** A damaged or unknown segment stops its partition: nothing behind it is served. */
  append(entry: LogEntry): void {
    if (!this.#stopped.has(entry.partition)) this.#add(entry);
  }

  /**
   * Appends what lies behind the segment at which a partition has stopped, once that is passed by. False when another
   * segment stops it there.
   */
  appendBehindStop(entry: LogEntry): boolean {
    return this.#add(entry);
  }

  /** A partition goes on: all that lies behind the segment at which it had stopped has been appended. */
  goesOn(partition: Partition): void {
    this.#stopped.delete(partition);
  }

  #add(entry: LogEntry): boolean {
    const { partition } = entry;
    const look = lookAt(entry, this.dictionaries);
    if (look.kind === 'stops') {
      this.#stopped.set(partition, stopAt(entry, look.reason));
      return false;
    }
    const entries = this.#entries.get(partition) ?? [];
    entries.push(this.#kept(entry, look.bounds));
    this.#entries.set(partition, entries);
    return true;
  }

  /**
   * What came before all that is there, in the order of the log. One that cannot be read stops the partition: what
   * stands behind it is served when it is passed by, and not before.
   */
  prepend(partition: Partition, entries: readonly LogEntry[]): void {
    const kept: TailEntry[] = [];
    for (const entry of entries) {
      const look = lookAt(entry, this.dictionaries);
      if (look.kind === 'stops') {
        for (const { bytes } of this.#entries.get(partition) ?? []) this.#held -= bytes?.length ?? 0;
        this.#entries.set(partition, kept);
        return void this.#stopped.set(partition, stopAt(entry, look.reason));
      }
      kept.push(this.#kept(entry, look.bounds));
    }
    this.#entries.set(partition, [...kept, ...(this.#entries.get(partition) ?? [])]);
  }

  #kept({ partition, revision, key, bytes }: LogEntry, bounds: SegmentBounds | undefined): TailEntry {
    const keep = this.#held + bytes.length <= this.mostHeld;
    if (keep) this.#held += bytes.length;
    return { partition, revision, key, bytes: keep ? bytes : undefined, bounds };
  }

  /** Forgets what lies before a revision. */
  dropBefore(partition: Partition, revision: Revision): void {
    const gone = this.#entries.get(partition)?.splice(0, this.#indexFrom(partition, revision)) ?? [];
    for (const { bytes } of gone) this.#held -= bytes?.length ?? 0;
  }

  /** The segments at or behind a revision, in the order of the log; what is appended later does not change it. */
  from(partition: Partition, revision: Revision): readonly TailEntry[] {
    return this.#entries.get(partition)?.slice(this.#indexFrom(partition, revision)) ?? [];
  }

  /** The first segment at or behind a revision; undefined when there is none. */
  firstFrom(partition: Partition, revision: Revision): Revision | undefined {
    return this.#entries.get(partition)?.[this.#indexFrom(partition, revision)]?.revision;
  }

  #indexFrom(partition: Partition, revision: Revision): number {
    const entries = this.#entries.get(partition) ?? [];
    let [low, high] = [0, entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (entries[middle]!.revision < revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** By partition. */
  get stopped(): readonly Stopped[] {
    return [...this.#stopped.values()].sort((a, b) => a.partition - b.partition);
  }

  /** Whether no partition has stopped. */
  get isWhole(): boolean {
    return this.#stopped.size === 0;
  }

  /** Where a partition has stopped; undefined where it has not. */
  stopOf(partition: Partition): Stopped | undefined {
    return this.#stopped.get(partition);
  }

  isStopped(partition: Partition): boolean {
    return this.#stopped.has(partition);
  }

  get bytesHeld(): number {
    return this.#held;
  }
}
