import { isLeft } from 'fp-ts/lib/Either.js';
import { type ClusterId, type Epoch, type GpuUuid, type Hostname } from '../../domain/ids.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { partitionOf } from '../../domain/partitioning.js';
import { decodeSegment, decodeSegmentHeader } from '../../domain/segment/decode.js';
import { type DictionaryCache } from '../../domain/segment/dictionary-cache.js';
import { type LiveFilter } from './live-filter.js';
import { type LiveUpdate, updatesOf } from './live-update.js';

/** A segment on its way to subscribers: decoded when the first of them may want something of it, and once for all. */
export class LiveSegment {
  #cluster: ClusterId | undefined;
  #updates: readonly LiveUpdate[] | undefined;
  #byGpu: ReadonlyMap<GpuUuid, readonly LiveUpdate[]> | undefined;

  constructor(
    readonly entry: LogEntry,
    private readonly epoch: Epoch,
    private readonly partitions: number,
    private readonly dictionaries: DictionaryCache,
  ) {}

  /** Undefined for bytes that are not a segment. */
  private cluster(): ClusterId | undefined {
    if (this.#cluster === undefined) {
      const header = decodeSegmentHeader(this.entry.bytes);
      this.#cluster = isLeft(header) ? undefined : header.right.cluster;
    }
    return this.#cluster;
  }

  private mayHoldHost(cluster: ClusterId, hostname: Hostname | undefined): boolean {
    return hostname === undefined || partitionOf(cluster, hostname, this.partitions) === this.entry.partition;
  }

  /** The updates, or none without decoding them when no event in it can pass the filter. */
  updatesFor(filter: LiveFilter): readonly LiveUpdate[] {
    const cluster = this.cluster();
    if (cluster === undefined || (filter.cluster ?? cluster) !== cluster) return [];
    if (!this.mayHoldHost(cluster, filter.hostname)) return [];
    return filter.uuid === undefined ? this.#all() : (this.#ofEach().get(filter.uuid) ?? []);
  }

  #all(): readonly LiveUpdate[] {
    if (this.#updates === undefined) {
      const segment = decodeSegment(this.entry.bytes, this.dictionaries);
      this.#updates = isLeft(segment) ? [] : updatesOf(this.entry, segment.right, this.epoch);
    }
    return this.#updates;
  }

  /** Thousands of subscribers of one GPU each look through their own updates only. */
  #ofEach(): ReadonlyMap<GpuUuid, readonly LiveUpdate[]> {
    if (this.#byGpu) return this.#byGpu;
    const byGpu = new Map<GpuUuid, LiveUpdate[]>();
    for (const update of this.#all()) {
      const own = byGpu.get(update.uuid);
      if (own) own.push(update);
      else byGpu.set(update.uuid, [update]);
    }
    return (this.#byGpu = byGpu);
  }
}
