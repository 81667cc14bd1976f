import { isLeft } from 'fp-ts/lib/Either.js';
import { type Device } from '../../domain/device.js';
import { type DocumentReader } from '../../domain/document-reader.js';
import { type GpuUuid } from '../../domain/ids.js';
import { beginning } from '../../domain/revision.js';
import { type ModelPart } from '../../domain/read-model.js';
import { decodeSamples } from '../../domain/segment/decode.js';
import { type Samples } from '../../domain/segment/segment.js';
import { chunkDocument } from '../../projections/history/chunk.document.js';
import { type ChunkKey, chunksOfDevice, parseChunkPath } from '../../projections/history/chunk-path.document.js';
import { type HistorySnapshot } from '../model/model.js';
import { type HistoryQuery } from './history-query.js';
import { type Piece } from './piece.js';
import { ReadTogether } from './read-together.js';

/** Says that a stored chunk could not be read. */
export type OnUnreadable = (path: readonly string[], reason: string) => void;

/** Whose chunks are listed, where not those of a whole partition. */
export type DeviceAddress = Pick<Device, 'cluster' | 'hostname' | 'uuid'>;

/** A chunk is of one device. */
export interface ChunkPiece extends Piece {
  readonly uuid: GpuUuid;
}

const matches = (key: ChunkKey, { cluster, hostname, uuid }: HistoryQuery): boolean =>
  (cluster === undefined || key.cluster === cluster) &&
  (hostname === undefined || key.hostname === hostname) &&
  (uuid === undefined || key.uuid === uuid);

const below = (device: DeviceAddress | undefined): readonly string[] =>
  device ? chunksOfDevice(device.cluster, device.hostname, device.uuid) : ['chunks'];

/** The written history of a partition, or of one device, as pieces. Chunks never change; retention deletes old ones. */
export class ChunkPieces {
  constructor(
    private readonly reader: DocumentReader,
    private readonly onUnreadable: OnUnreadable,
  ) {}

  /** Chunks at or behind the snapshot's checkpoint are left out: the snapshot's tail has their events. */
  async of(
    { generation, partition, next }: HistorySnapshot,
    device: DeviceAddress | undefined,
    query: HistoryQuery,
    signal: AbortSignal,
  ): Promise<readonly ChunkPiece[]> {
    // No run has ended yet, so nothing is written: the tail is all there is, also while etcd is out of reach.
    if (next === beginning) return [];
    const part: ModelPart = { projection: 'history', generation, partition };
    const paths = await this.reader.paths(part, below(device), signal);
    const together = new ReadTogether((wanted) => this.reader.read(part, wanted, signal));
    return paths.flatMap((path) => {
      const key = parseChunkPath(path);
      if (!key || key.revision >= next || !matches(key, query)) return [];
      const { first, last, cluster, revision, uuid } = key;
      const load = async (): Promise<Samples | undefined> => this.#decoded(path, await together.read(path));
      return [{ first, last, cluster, revision, uuid, load }];
    });
  }

  #decoded(path: readonly string[], bytes: Uint8Array | undefined): Samples | undefined {
    if (!bytes) return undefined;
    const chunk = chunkDocument.decode(bytes);
    if (isLeft(chunk)) return void this.onUnreadable(path, chunk.left);
    const samples = decodeSamples(chunk.right.body);
    if (!isLeft(samples)) return samples.right;
    this.onUnreadable(path, samples.left.kind);
    return undefined;
  }
}
