import { isLeft } from 'fp-ts/lib/Either.js';
import { type ClusterId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { type DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { type Segment } from '../../domain/segment/segment.js';
import { boundsOf } from './piece.js';

/** What a query must know of a segment to leave it alone. */
export interface SegmentBounds {
  readonly cluster: ClusterId;
  readonly first: Instant;
  readonly last: Instant;
}

/** Events of decoded segments kept at most: 16 bytes each, and their dictionaries. */
const mostEvents = 2_000_000;

/** The decoded segments that were used last, by key, and the bounds of every segment that was ever decoded. */
export class DecodedSegments {
  readonly #recent = new Map<string, Segment>();
  #events = 0;

  constructor(
    private readonly dictionaries: DictionaryCache,
    private readonly most = mostEvents,
  ) {}

  /** Of the segments that are kept. */
  get events(): number {
    return this.#events;
  }

  /** Undefined when the bytes are not a segment, which stops the partition elsewhere. */
  get(key: string, bytes: Uint8Array): Segment | undefined {
    const known = this.#recent.get(key);
    if (known) {
      this.#recent.delete(key);
      this.#recent.set(key, known);
      return known;
    }
    const decoded = decodeSegment(bytes, this.dictionaries);
    if (isLeft(decoded)) return undefined;
    this.#keep(key, decoded.right);
    return decoded.right;
  }

  #keep(key: string, segment: Segment): void {
    this.#recent.set(key, segment);
    this.#events += segment.header.events;
    for (const [oldest, { header }] of this.#recent) {
      if (this.#events <= this.most || oldest === key) break;
      this.#recent.delete(oldest);
      this.#events -= header.events;
    }
  }

  static boundsOf({ header, samples }: Segment): SegmentBounds | undefined {
    const bounds = boundsOf(samples);
    return bounds && { cluster: header.cluster, ...bounds };
  }
}
