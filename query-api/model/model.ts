import { type ProjectionName } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { type LogBatch, type LogEntry } from '../../domain/log-entry.js';
import { type ModelUpdate } from '../../domain/model-feed.js';
import { beginning, previous, type Revision } from '../../domain/revision.js';
import { buildFleet } from './build-fleet.js';
import { type Fleet, type FleetHealth } from './fleet.js';
import { type DocumentSink, type LoadedGeneration } from './loaded-generation.js';
import { LogTail, type Stopped, type TailEntry } from './log-tail.js';
import { ServedGenerations } from './served-generations.js';
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

/** A piece of the log that has to be listed before another generation of history can take over; both ends inclusive. */
export interface MissingTail {
  readonly partition: Partition;
  readonly from: Revision;
  readonly to: Revision;
}

/** The active generation of every projection in memory, and the end of the log that they do not cover yet. */
export class Model {
  readonly generations: ServedGenerations;
  readonly tail: LogTail;
  /** Wakes whoever waits for a later revision. */
  readonly turns = new Turns();
  #followed: Revision | undefined;
  /** From where on the tail of each partition is whole, once its listing has begun. */
  readonly #wholeFrom = new Map<Partition, Revision>();
  #fleet: Fleet | undefined;

  /** @param partitions how many the log has */
  constructor(
    readonly partitions: number,
    onUnreadable: OnUnreadable,
    tail = new LogTail(),
  ) {
    this.tail = tail;
    this.generations = new ServedGenerations(onUnreadable, (young) => this.#missingFor(young).length === 0);
  }

  applyUpdate(projection: ProjectionName, update: ModelUpdate): void {
    this.generations.apply(projection, update, this);
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

  /** As `applyListed`, for a partition that has stopped: false when it stops again. */
  applyBehindStop({ entries }: LogBatch): boolean {
    return entries.every((entry) => this.tail.appendBehindStop(entry));
  }

  /** A partition that had stopped is followed again. */
  goesOn(partition: Partition): void {
    this.tail.goesOn(partition);
    this.#changed();
  }

  #changed(): void {
    this.#fleet = undefined;
    this.turns.next();
  }

  #trim(partition: Partition): void {
    const least = this.generations.leastOf(partition);
    const whole = this.#wholeFrom.get(partition);
    if (whole !== undefined && least > whole) this.#wholeFrom.set(partition, least);
    this.tail.dropBefore(partition, least);
  }

  /** Where the listing of a partition, which begins now, has to start for the tail to be whole. */
  beginTail(partition: Partition): Revision {
    const from = this.generations.leastOf(partition);
    this.#wholeFrom.set(partition, from);
    return from;
  }

  /**
   * Where the runs of another generation of history end elsewhere, it may have written less of a partition than the one
   * before: the tail answers for the rest, once it is there.
   */
  missing(): readonly MissingTail[] {
    const { waiting } = this.generations.history;
    return waiting === undefined ? [] : this.#missingFor(waiting);
  }

  #missingFor(young: LoadedGeneration<DocumentSink>): readonly MissingTail[] {
    return [...this.#wholeFrom].flatMap(([partition, whole]) => {
      const from = young.next(partition);
      return from < whole ? [{ partition, from, to: previous(whole) }] : [];
    });
  }

  /** What was missing, whole. */
  fill({ partition, from, to }: MissingTail, entries: readonly LogEntry[]): void {
    if (this.#wholeFrom.get(partition) !== to + 1n) return;
    this.tail.prepend(partition, entries);
    this.#wholeFrom.set(partition, from);
    this.generations.replaceHistory();
    this.#changed();
  }

  /** True when every active generation is loaded. */
  get loaded(): boolean {
    return this.generations.loaded;
  }

  /** True when queries can be answered: every active generation is loaded and the log is followed (promise Q1). */
  get synced(): boolean {
    return this.loaded && this.#followed !== undefined;
  }

  /** True while all that it is to answer from is there and it is on its way: it waits for nobody but etcd. */
  get loading(): boolean {
    return !this.synced && this.generations.areReadable;
  }

  /** True when something that it is to answer from is not there, and is there when a collector has begun to fold. */
  get unfolded(): boolean {
    return this.generations.unfolded;
  }

  /** How far the log has been followed. */
  get followed(): Revision {
    return this.#followed ?? beginning;
  }

  /** Where a partition has stopped; undefined where it has not. */
  stopOf(partition: Partition): Stopped | undefined {
    return this.tail.stopOf(partition);
  }

  get stopped(): readonly Stopped[] {
    return this.tail.stopped;
  }

  /**
   * The largest revision R such that the log has been followed to R and, in each partition, a checkpoint past the
   * partition's last segment up to R has been loaded. Written history does not hold it back: the tail answers for it.
   */
  revision(): Revision {
    let reached = this.followed;
    for (const partition of this.everyPartition()) {
      if (this.tail.isStopped(partition)) continue;
      const waiting = this.tail.firstFrom(partition, this.nextOf(partition));
      if (waiting !== undefined && waiting <= reached) reached = previous(waiting);
    }
    const { joinedAt } = this.generations;
    return reached > joinedAt ? reached : joinedAt;
  }

  /** The next revision of a partition that is not in the documents of every projection but history. */
  nextOf(partition: Partition): Revision {
    return this.generations.nextOf(partition);
  }

  #health(): FleetHealth | undefined {
    const { loaded } = this.generations.health;
    if (!loaded) return undefined;
    const nexts = new Map([...this.everyPartition()].map((partition) => [partition, loaded.next(partition)]));
    return { nexts, documents: loaded.documents.now() };
  }

  fleet(): Fleet {
    const { gpu, host, cluster } = this.generations;
    this.#fleet ??= buildFleet({
      revision: this.revision(),
      devices: gpu.loaded?.documents.devices() ?? [],
      hosts: host.loaded?.documents.hosts() ?? [],
      clusters: cluster.loaded?.documents.clusters() ?? [],
      health: this.#health(),
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
