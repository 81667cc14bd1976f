import { type GpuUuid } from '../../domain/ids.js';
import { type HistoryQuery } from './history-query.js';
import { boundsOf, type Piece } from './piece.js';
import { readRecords } from './read-records.js';
import { splitPiece } from './split-piece.js';
import { type TelemetryRecord } from './telemetry-record.js';

/** Devices whose records are put together at the same time, so that their chunks are read together. */
const together = 64;

/** The pieces of each of many GPUs. */
export class PiecesOfEach {
  readonly #pieces: ReadonlyMap<GpuUuid, Piece[]>;

  constructor(uuids: readonly GpuUuid[]) {
    this.#pieces = new Map(uuids.map((uuid) => [uuid, []]));
  }

  /** A piece of one GPU alone. One of a GPU that nobody asked for is left out. */
  add(uuid: GpuUuid, piece: Piece): void {
    this.#pieces.get(uuid)?.push(piece);
  }

  /** A piece of many GPUs, loaded and taken apart. */
  async addSplit(piece: Piece, signal: AbortSignal): Promise<void> {
    const { cluster, revision } = piece;
    for (const [uuid, samples] of await splitPiece(piece, new Set(this.#pieces.keys()), signal)) {
      const bounds = boundsOf(samples);
      if (bounds) this.add(uuid, { ...bounds, cluster, revision, load: () => Promise.resolve(samples) });
    }
  }

  /** The first records of each. */
  async read(query: HistoryQuery, signal: AbortSignal): Promise<ReadonlyMap<GpuUuid, readonly TelemetryRecord[]>> {
    const found = new Map<GpuUuid, readonly TelemetryRecord[]>();
    const all = [...this.#pieces];
    for (let at = 0; at < all.length; at += together)
      await Promise.all(
        all.slice(at, at + together).map(async ([uuid, pieces]) => {
          found.set(uuid, (await readRecords(pieces, { ...query, uuid }, signal)).records);
        }),
      );
    return found;
  }
}
