import { type FoldCheckpoint, type GenerationRecord, type ProjectionName } from '../../domain/generation.js';
import { type Partition } from '../../domain/ids.js';
import { beginning, type Revision } from '../../domain/revision.js';
import { type ModelChange, type ModelUpdate } from '../../domain/model-feed.js';

/** Where the documents of a generation go. */
export interface DocumentSink {
  apply(partition: Partition, path: readonly string[], value: Uint8Array | undefined): void;
}

/** One generation of one projection as it is held: its documents, and how far they have been folded. */
export class LoadedGeneration<S extends DocumentSink> {
  readonly checkpoints = new Map<Partition, FoldCheckpoint>();

  constructor(
    readonly record: GenerationRecord,
    readonly documents: S,
  ) {}

  apply(changes: readonly ModelChange[], checkpoints: readonly (readonly [Partition, FoldCheckpoint])[]): void {
    for (const { partition, path, value } of changes) this.documents.apply(partition, path, value);
    for (const [partition, checkpoint] of checkpoints) this.checkpoints.set(partition, checkpoint);
  }

  /** The next revision that the generation will fold. */
  next(partition: Partition): Revision {
    return this.checkpoints.get(partition)?.next ?? beginning;
  }
}

/**
 * The generation that queries answer from and, while one is being listed, the one that will replace it: readers see
 * the old one to the moment when the new one is whole.
 */
export class ActiveGeneration<S extends DocumentSink> {
  #loading: LoadedGeneration<S> | undefined;
  #loaded: LoadedGeneration<S> | undefined;
  /** Whether what is loading has been listed whole. */
  #listed = false;

  constructor(
    readonly projection: ProjectionName,
    private readonly empty: () => S,
  ) {}

  get loaded(): LoadedGeneration<S> | undefined {
    return this.#loaded;
  }

  apply(update: ModelUpdate): void {
    if (update.kind === 'opened') {
      this.#loading = new LoadedGeneration(update.record, this.empty());
      this.#listed = false;
    } else if (update.kind === 'changed') (this.#loading ?? this.#loaded)?.apply(update.changes, update.checkpoints);
    else this.#listed = true;
    if (this.#listed) this.#replace();
  }

  /** Never by one that has folded less: a gateway does not go back in revision. */
  #replace(): void {
    const [old, young] = [this.#loaded, this.#loading];
    if (!young || (old && [...old.checkpoints.keys()].some((part) => young.next(part) < old.next(part)))) return;
    this.#loaded = young;
    this.#loading = undefined;
  }
}
