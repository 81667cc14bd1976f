import { StoreSilent } from '../../domain/document-reader.js';
import { type LogReader } from '../../domain/log-entry.js';
import { cachedSeries, DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { withTimeLimit } from '../../domain/time-limit.js';
import { type TailEntry } from '../model/log-tail.js';
import { DecodedSegments, type SegmentBounds } from './decoded-segments.js';
import { type Piece } from './piece.js';

/** Milliseconds that a query waits for a segment that is not in memory; a reader of the log itself waits for ever. */
const usualPatience = 3_000;

/** The segments of the tail as pieces. Each is decoded once to learn its bounds, and again only when it is needed. */
export class TailPieces {
  readonly #segments: DecodedSegments;
  /** Entries are held as long as they are in the tail. */
  readonly #bounds = new WeakMap<TailEntry, SegmentBounds>();

  /** @param patienceMs after which a query is told that the store is silent, instead of hanging until etcd is back */
  constructor(
    private readonly log: Pick<LogReader, 'list'>,
    private readonly patienceMs = usualPatience,
    dictionaries = new DictionaryCache(cachedSeries),
  ) {
    this.#segments = new DecodedSegments(dictionaries);
  }

  /** Events of segments that are kept decoded. */
  get decodedEvents(): number {
    return this.#segments.events;
  }

  async #bytesOf(entry: TailEntry, signal: AbortSignal): Promise<Uint8Array | undefined> {
    if (entry.bytes) return entry.bytes;
    return withTimeLimit(signal, this.patienceMs, async (limit) => {
      const isSilent = (): boolean => limit.aborted && !signal.aborted;
      // However a listing ended that came to its limit, the reason was that etcd did not answer.
      const bytes = await this.#readOne(entry, limit).catch((error: unknown) =>
        isSilent() ? undefined : Promise.reject(error as Error),
      );
      if (bytes || !isSilent()) return bytes;
      const within = `${String(this.patienceMs)} ms`;
      throw new StoreSilent(`History cannot be read now: ${entry.key} did not come within ${within}`);
    });
  }

  async #readOne({ partition, revision, key }: TailEntry, signal: AbortSignal): Promise<Uint8Array | undefined> {
    for await (const { entries } of this.log.list({ kind: 'partition', partition }, revision, revision, signal)) {
      const found = entries.find((entry) => entry.key === key);
      if (found) return found.bytes;
    }
    return undefined;
  }

  async #segmentOf(entry: TailEntry, signal: AbortSignal) {
    const bytes = await this.#bytesOf(entry, signal);
    return bytes && this.#segments.get(entry.key, bytes);
  }

  async #boundsOf(entry: TailEntry, signal: AbortSignal): Promise<SegmentBounds | undefined> {
    const known = this.#bounds.get(entry);
    if (known) return known;
    const segment = await this.#segmentOf(entry, signal);
    const bounds = segment && DecodedSegments.boundsOf(segment);
    if (bounds) this.#bounds.set(entry, bounds);
    return bounds;
  }

  /** One after the other, so that a cold start does not decode everything at once. */
  async of(tail: readonly TailEntry[], signal: AbortSignal): Promise<readonly Piece[]> {
    const pieces: Piece[] = [];
    for (const entry of tail) {
      const bounds = await this.#boundsOf(entry, signal);
      if (!bounds) continue;
      const load = async (loadSignal: AbortSignal) => (await this.#segmentOf(entry, loadSignal))?.samples;
      pieces.push({ ...bounds, revision: entry.revision, load });
    }
    return pieces;
  }
}
