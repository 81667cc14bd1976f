import { type ProjectionName } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { type LogBatch } from '../../domain/log-entry.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { buildFleet } from './build-fleet.js';
import { ClusterModel } from './cluster-model.js';
import { type Fleet } from './fleet.js';
import { GpuModel } from './gpu-model.js';
import { HostModel } from './host-model.js';
import { ActiveGeneration, type DocumentSink } from './loaded-generation.js';
import { LogTail, type Stopped, type TailEntry } from './log-tail.js';
import { type ModelUpdate } from '../../domain/model-feed.js';
import { type OnUnreadable } from './stored.js';
import { Turns } from './turns.js';

/** What a query of history starts from, taken as one: the checkpoint, and the segments behind it. */
export interface HistorySnapshot {
  readonly generation: number;
  readonly partition: Partition;
  /** Chunks of runs that end at or behind it do not count: their segments are in the tail. */
  readonly next: Revision;
  readonly tail: readonly TailEntry[];
}

const nowhere: DocumentSink = { apply: () => undefined };

/** The active generation of every projection in memory, and the end of the log that they do not cover yet. */
export class Model {
  readonly generations;
  readonly tail: LogTail;
  /** Wakes whoever waits for a later revision. */
  readonly turns = new Turns();
  #followed: Revision | undefined;
  #fleet: Fleet | undefined;

  /** @param partitions how many the log has */
  constructor(
    readonly partitions: number,
    onUnreadable: OnUnreadable,
    tail = new LogTail(),
  ) {
    this.tail = tail;
    this.generations = {
      gpu: new ActiveGeneration('gpu', () => new GpuModel(onUnreadable)),
      host: new ActiveGeneration('host', () => new HostModel(onUnreadable)),
      cluster: new ActiveGeneration('cluster', () => new ClusterModel(onUnreadable)),
      history: new ActiveGeneration('history', () => nowhere),
    };
  }

  applyUpdate(projection: ProjectionName, update: ModelUpdate): void {
    this.generations[projection].apply(update);
    if (update.kind === 'changed') for (const [partition] of update.checkpoints) this.#trim(partition);
    this.#changed();
  }

  applyLog({ entries, through }: LogBatch): void {
    for (const entry of entries) this.tail.append(entry);
    this.#followed = through;
    this.#changed();
  }

  /** A part of the log that was listed before following began. */
  applyListed({ entries }: LogBatch): void {
    for (const entry of entries) this.tail.append(entry);
  }

  #changed(): void {
    this.#fleet = undefined;
    this.turns.next();
  }

  #trim(partition: Partition): void {
    const { gpu, host, cluster, history } = this.generations;
    const nexts = [gpu, host, cluster, history].map(({ loaded }) => loaded?.next(partition) ?? beginning);
    this.tail.dropBefore(partition, nexts.reduce(earlier));
  }

  /** Where the listing of a partition has to start for the tail to be whole. */
  listFrom(partition: Partition): Revision {
    const all = Object.values(this.generations);
    return all.map(({ loaded }) => loaded?.next(partition) ?? beginning).reduce(earlier);
  }

  /** True when every active generation is loaded. */
  get loaded(): boolean {
    return Object.values(this.generations).every(({ loaded }) => loaded !== undefined);
  }

  /** True when queries can be answered: every active generation is loaded and the log is followed (promise Q1). */
  get synced(): boolean {
    return this.loaded && this.#followed !== undefined;
  }

  /** How far the log has been followed. */
  get followed(): Revision {
    return this.#followed ?? beginning;
  }

  get stopped(): readonly Stopped[] {
    return this.tail.stopped;
  }

  /**
   * The largest revision R such that the log has been followed to R and, in each partition, a checkpoint past the
   * partition's last segment up to R has been loaded. Written history does not hold it back: the tail answers for it.
   */
  revision(): Revision {
    const { gpu, host, cluster } = this.generations;
    let reached = this.followed;
    for (const partition of this.everyPartition()) {
      if (this.tail.isStopped(partition)) continue;
      const next = [gpu, host, cluster].map(({ loaded }) => loaded?.next(partition) ?? beginning).reduce(earlier);
      const waiting = this.tail.firstFrom(partition, next);
      if (waiting !== undefined && waiting <= reached) reached = (waiting - 1n) as Revision;
    }
    return reached;
  }

  fleet(): Fleet {
    const { gpu, host, cluster } = this.generations;
    this.#fleet ??= buildFleet({
      revision: this.revision(),
      devices: gpu.loaded?.documents.devices() ?? [],
      hosts: host.loaded?.documents.hosts() ?? [],
      clusters: cluster.loaded?.documents.clusters() ?? [],
    });
    return this.#fleet;
  }

  history(partition: Partition): HistorySnapshot {
    const loaded = this.generations.history.loaded;
    const next = loaded?.next(partition) ?? beginning;
    return { generation: loaded?.record.generation ?? 0, partition, next, tail: this.tail.from(partition, next) };
  }

  *everyPartition(): Iterable<Partition> {
    for (let partition = 0; partition < this.partitions; partition++) yield partition as Partition;
  }
}

const earlier = (a: Revision, b: Revision): Revision => (a < b ? a : b);
