import { type LogReader } from '../../domain/log-entry.js';
import { type TailEntry } from '../model/log-tail.js';
import { DecodedSegments, type SegmentBounds } from './decoded-segments.js';
import { type Piece } from './piece.js';

/** The segments of the tail as pieces. Each is decoded once to learn its bounds, and again only when it is needed. */
export class TailPieces {
  readonly #segments = new DecodedSegments();
  /** Entries are held as long as they are in the tail. */
  readonly #bounds = new WeakMap<TailEntry, SegmentBounds>();

  constructor(private readonly log: Pick<LogReader, 'list'>) {}

  async #bytesOf(entry: TailEntry, signal: AbortSignal): Promise<Uint8Array | undefined> {
    if (entry.bytes) return entry.bytes;
    const scope = { kind: 'partition', partition: entry.partition } as const;
    for await (const { entries } of this.log.list(scope, entry.revision, entry.revision, signal))
      for (const { key, bytes } of entries) if (key === entry.key) return bytes;
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
