import { isLeft } from 'fp-ts/lib/Either.js';
import { decodeSegment } from '../../domain/segment/decode.js';
import { type DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { type Segment } from '../../domain/segment/segment.js';

/** Events of decoded segments kept at most: 16 bytes each, and their dictionaries. */
const mostEvents = 2_000_000;

/** The decoded segments that were used last, by key. */
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

  /** Whether a segment is there without being decoded. */
  has(key: string): boolean {
    return this.#recent.has(key);
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
}
