import { type ProjectionName } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { type ModelUpdate } from '../../domain/model-feed.js';
import { beginning, lower, type Revision } from '../../domain/revision.js';
import { readsVersion } from '../../projections/versions.document.js';
import { ClusterModel } from './cluster-model.js';
import { GpuModel } from './gpu-model.js';
import { HealthModel } from './health-model.js';
import { HostModel } from './host-model.js';
import { ActiveGeneration, type DocumentSink, type LoadedGeneration } from './loaded-generation.js';
import { type OnUnreadable } from './stored.js';

/**
 * Projections that systems of an earlier program do not have: while the first generation of such a one is being built,
 * the queries of the others are answered.
 */
const mayBeAbsent: ReadonlySet<ProjectionName> = new Set(['health']);

/** History is read from the store for each query: what is held of it is how far it is written. */
const nowhere: DocumentSink = { apply: () => undefined };

/** What queries are answered with now. */
export interface Answers {
  readonly synced: boolean;
  revision(): Revision;
}

const active = <S extends DocumentSink>(
  projection: ProjectionName,
  empty: () => S,
  mayReplace?: (young: LoadedGeneration<S>) => boolean,
): ActiveGeneration<S> => {
  const reads = (version: number): boolean => readsVersion(projection, version);
  return mayReplace === undefined
    ? new ActiveGeneration(projection, empty, reads)
    : new ActiveGeneration(projection, empty, reads, (_, young) => mayReplace(young));
};

/** The active generation of every projection in memory, and which of them are to be there for queries to be answered. */
export class ServedGenerations {
  readonly gpu;
  readonly host;
  readonly cluster;
  readonly history;
  readonly health;
  /** The same, in no order. */
  readonly all;
  /** Those that were absent when the gateway had begun to answer, and are being loaded. */
  readonly #joining = new Set<ProjectionName>();
  #joinedAt = beginning;
  /** Found out anew after each change: every request asks for it. */
  #loaded: boolean | undefined;

  /** @param mayReplaceHistory whether what is listed of another generation of history is enough to go on with */
  constructor(onUnreadable: OnUnreadable, mayReplaceHistory: (young: LoadedGeneration<DocumentSink>) => boolean) {
    this.gpu = active('gpu', () => new GpuModel(onUnreadable));
    this.host = active('host', () => new HostModel(onUnreadable));
    this.cluster = active('cluster', () => new ClusterModel(onUnreadable));
    this.history = active('history', () => nowhere, mayReplaceHistory);
    this.health = active('health', () => new HealthModel(onUnreadable));
    this.all = [this.gpu, this.host, this.cluster, this.history, this.health];
  }

  apply(projection: ProjectionName, update: ModelUpdate, answers: Answers): void {
    const generation = this[projection];
    if (update.kind === 'opened' && generation.absent && answers.synced) this.#joining.add(projection);
    const reached = this.#joining.has(projection) ? answers.revision() : beginning;
    generation.apply(update);
    if (generation.loaded && this.#joining.delete(projection)) this.#joinedAt = reached;
    this.#loaded = undefined;
  }

  /** Lets the generation of history that has been listed take over if it may. */
  replaceHistory(): void {
    this.history.replace();
    this.#loaded = undefined;
  }

  /** Where the answers were when a projection joined them that had been absent: they do not go back for it. */
  get joinedAt(): Revision {
    return this.#joinedAt;
  }

  /** Those that answer, or will when they are loaded. */
  #expected() {
    return this.all.filter(
      ({ projection, absent }) => !mayBeAbsent.has(projection) || !(absent || this.#joining.has(projection)),
    );
  }

  /** True when all that is to answer is loaded. */
  get loaded(): boolean {
    return (this.#loaded ??= this.#expected().every(({ loaded }) => loaded !== undefined));
  }

  /** True when all that is to answer is there, and can be read. */
  get areReadable(): boolean {
    return this.#expected().every(({ absent, unreadable }) => !absent && !unreadable);
  }

  /** True when something that is to answer is not there, and is there when a collector has begun to fold. */
  get unfolded(): boolean {
    return !this.loaded && this.#expected().some(({ absent }) => absent);
  }

  /** The next revision of a partition that is not in the documents of every projection but history. */
  nextOf(partition: Partition): Revision {
    return this.#expected()
      .filter((generation) => generation !== this.history)
      .map(({ loaded }) => loaded?.next(partition) ?? beginning)
      .reduce(lower);
  }

  /** The next revision of a partition that is not in all that answers, or in a generation of history that is about to. */
  leastOf(partition: Partition): Revision {
    const loaded = this.#expected().map((generation) => generation.loaded?.next(partition) ?? beginning);
    const { waiting } = this.history;
    return [...loaded, ...(waiting === undefined ? [] : [waiting.next(partition)])].reduce(lower);
  }
}
