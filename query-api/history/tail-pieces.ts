import { StoreSilent } from '../../domain/document-reader.js';
import { type LogReader } from '../../domain/log-entry.js';
import { cachedSeries, DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { TimeSlices } from '../slices/time-slices.js';
import { withTimeLimit } from '../../domain/time-limit.js';
import { type TailEntry } from '../model/log-tail.js';
import { DecodedSegments } from './decoded-segments.js';
import { type Piece } from './piece.js';

/** Milliseconds that a query waits for a segment that is not in memory; a reader of the log itself waits for ever. */
const usualPatience = 3_000;

/** The segments of the tail as pieces, each decoded when it is needed. */
export class TailPieces {
  readonly #segments: DecodedSegments;

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
    if (bytes && !this.#segments.has(entry.key)) await new TimeSlices(signal).next();
    return bytes && this.#segments.get(entry.key, bytes);
  }

  /** Nothing is read or decoded yet. */
  of(tail: readonly TailEntry[]): readonly Piece[] {
    return tail.flatMap((entry) => {
      const { bounds, revision } = entry;
      const load = async (signal: AbortSignal) => (await this.#segmentOf(entry, signal))?.samples;
      return bounds ? [{ ...bounds, revision, load }] : [];
    });
  }
}
