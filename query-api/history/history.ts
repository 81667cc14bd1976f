import { type Device } from '../../domain/device.js';
import { GenerationGone, StoreSilent } from '../../domain/document-reader.js';
import { TimeSlices } from '../slices/time-slices.js';
import { partitionOf } from '../../domain/partitioning.js';
import { type GpuUuid, type Partition } from '../../domain/ids.js';
import { type Fleet } from '../model/fleet.js';
import { type HistorySnapshot, type Model } from '../model/model.js';
import { waitUntil } from '../model/turns.js';
import { byPartitions } from './by-partitions.js';
import { type ChunkPieces } from './chunk-pieces.js';
import { type HistoryQuery } from './history-query.js';
import { type Piece } from './piece.js';
import { readEach } from './read-each.js';
import { readRecords } from './read-records.js';
import { type TailPieces } from './tail-pieces.js';
import { type TelemetryRecord } from './telemetry-record.js';

/** Milliseconds that a query waits for the next generation when the one that it read was deleted. */
const patienceMs = 3_000;

interface Place {
  readonly partition: Partition;
  /** Where only some devices are asked for, their chunks are listed one by one. */
  readonly device?: Pick<Device, 'cluster' | 'hostname' | 'uuid'>;
}

/** The records of the past: written chunks and the tail of the log as one. */
export class History {
  constructor(
    private readonly model: Model,
    private readonly chunks: ChunkPieces,
    private readonly tail: TailPieces,
  ) {}

  /** The first records of a query in its order, and whether more follow. */
  async records(
    fleet: Fleet,
    query: HistoryQuery,
    signal: AbortSignal,
  ): Promise<{ readonly records: readonly TelemetryRecord[]; readonly more: boolean }> {
    return this.#whileThere(async () => {
      const pieces = await this.#pieces(this.#places(fleet, query), query, signal);
      return readRecords(pieces, query, new TimeSlices(signal));
    }, signal);
  }

  /** Reads again, of the next generation, when the one that was read is deleted meanwhile. */
  async #whileThere<A>(read: () => Promise<A>, signal: AbortSignal): Promise<A> {
    for (;;) {
      const { loaded } = this.model.generations.history;
      try {
        return await read();
      } catch (error) {
        if (!(error instanceof GenerationGone)) throw error;
        const replaced = (): boolean => this.model.generations.history.loaded !== loaded;
        if (await waitUntil(this.model.turns, replaced, patienceMs, signal)) continue;
        throw new StoreSilent(`History cannot be read now: ${error.message}`, { cause: error });
      }
    }
  }

  /**
   * The first records of each of many GPUs. The tail of a partition is read once for all GPUs that are in it, and its
   * chunks are listed once.
   *
   * @param found told of records as they come, and may throw when they are too many
   */
  async recordsOfEach(
    fleet: Fleet,
    uuids: readonly GpuUuid[],
    query: HistoryQuery,
    found: (count: number) => void,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<GpuUuid, readonly TelemetryRecord[]>> {
    return this.#whileThere(() => this.#recordsOfEach(fleet, uuids, query, found, signal), signal);
  }

  async #recordsOfEach(
    fleet: Fleet,
    uuids: readonly GpuUuid[],
    query: HistoryQuery,
    found: (count: number) => void,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<GpuUuid, readonly TelemetryRecord[]>> {
    const groups = byPartitions(uuids, (uuid) => fleet.everSeenAs(uuid).map((device) => this.#partition(device)));
    const partitions = new Set(groups.flatMap((group) => group.partitions));
    // All at one moment, before anything is awaited.
    const snapshots = new Map([...partitions].map((partition) => [partition, this.model.history(partition)]));
    const own = await this.#ownPieces([...snapshots.values()], query, signal);
    const slices = new TimeSlices(signal);
    const each = new Map<GpuUuid, readonly TelemetryRecord[]>();
    for (const group of groups) {
      const shared = group.partitions.flatMap((partition) => this.tail.of(snapshots.get(partition)!.tail));
      const records = await readEach(group.uuids, { own, shared }, query, found, slices);
      for (const [uuid, some] of records) each.set(uuid, some);
    }
    return each;
  }

  async #ownPieces(
    snapshots: readonly HistorySnapshot[],
    query: HistoryQuery,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<GpuUuid, readonly Piece[]>> {
    const written = snapshots.map((snapshot) => this.chunks.of(snapshot, undefined, query, signal));
    const own = new Map<GpuUuid, Piece[]>();
    for (const chunk of (await Promise.all(written)).flat()) {
      const chunks = own.get(chunk.uuid);
      if (chunks) chunks.push(chunk);
      else own.set(chunk.uuid, [chunk]);
    }
    return own;
  }

  #places(fleet: Fleet, { cluster, hostname, uuid }: HistoryQuery): readonly Place[] {
    if (uuid !== undefined) {
      const homes = fleet
        .everSeenAs(uuid)
        .filter((view) => (cluster ?? view.cluster) === view.cluster && (hostname ?? view.hostname) === view.hostname);
      return homes.map((device) => ({ partition: this.#partition(device), device }));
    }
    if (hostname === undefined) return [...this.model.everyPartition()].map((partition) => ({ partition }));
    const clusters = cluster === undefined ? fleet.clusters.map((view) => view.cluster) : [cluster];
    const partitions = new Set(clusters.map((name) => this.#partition({ cluster: name, hostname })));
    return [...partitions].map((partition) => ({ partition }));
  }

  #partition({ cluster, hostname }: Pick<Device, 'cluster' | 'hostname'>): Partition {
    return partitionOf(cluster, hostname, this.model.partitions);
  }

  /** Each partition's checkpoint and tail are taken at one moment, before anything is awaited. */
  async #pieces(places: readonly Place[], query: HistoryQuery, signal: AbortSignal): Promise<readonly Piece[]> {
    const snapshots = new Map(places.map(({ partition }) => [partition, this.model.history(partition)]));
    const written = await Promise.all(
      places.map(({ partition, device }) => this.chunks.of(snapshots.get(partition)!, device, query, signal)),
    );
    return [...written.flat(), ...[...snapshots.values()].flatMap(({ tail }) => this.tail.of(tail))];
  }
}
