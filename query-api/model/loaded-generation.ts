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

/** Tells whether a generation that is listed whole may take the place of the one before. */
export type MayReplace<S extends DocumentSink> = (old: LoadedGeneration<S>, young: LoadedGeneration<S>) => boolean;

/** Not one that has folded less: a gateway does not go back in revision. */
const hasFoldedAsMuch: MayReplace<DocumentSink> = (old, young) =>
  [...old.checkpoints.keys()].every((partition) => young.next(partition) >= old.next(partition));

/**
 * The generation that queries answer from and, while one is being listed, the one that will replace it: readers see
 * the old one to the moment when the new one is whole. One whose version this program does not read is left alone.
 */
export class ActiveGeneration<S extends DocumentSink> {
  #loading: LoadedGeneration<S> | undefined;
  #loaded: LoadedGeneration<S> | undefined;
  /** Whether what is loading has been listed whole. */
  #listed = false;
  #unreadable: GenerationRecord | undefined;
  #absent = false;

  constructor(
    readonly projection: ProjectionName,
    private readonly empty: () => S,
    private readonly reads: (version: number) => boolean = () => true,
    private readonly mayReplace: MayReplace<S> = hasFoldedAsMuch,
  ) {}

  get loaded(): LoadedGeneration<S> | undefined {
    return this.#loaded;
  }

  /** Whether there is no active generation at all. */
  get absent(): boolean {
    return this.#absent;
  }

  /** Listed whole, and not yet what queries answer from. */
  get waiting(): LoadedGeneration<S> | undefined {
    return this.#listed ? this.#loading : undefined;
  }

  /** The active generation, where its version is not one that this program reads. */
  get unreadable(): GenerationRecord | undefined {
    return this.#unreadable;
  }

  apply(update: ModelUpdate): void {
    this.#absent = update.kind === 'absent';
    if (update.kind === 'absent') return;
    if (update.kind === 'opened') this.#open(update.record);
    else if (this.#unreadable !== undefined) return;
    else if (update.kind === 'loaded') this.#listed = true;
    else (this.#loading ?? this.#loaded)?.apply(update.changes, update.checkpoints);
    this.replace();
  }

  #open(record: GenerationRecord): void {
    const readable = this.reads(record.version);
    this.#unreadable = readable ? undefined : record;
    this.#loading = readable ? new LoadedGeneration(record, this.empty()) : undefined;
    this.#listed = false;
  }

  /** Lets what has been listed take over if it may. */
  replace(): void {
    const [old, young] = [this.#loaded, this.waiting];
    if (!young || (old && !this.mayReplace(old, young))) return;
    this.#loaded = young;
    this.#loading = undefined;
    this.#listed = false;
  }
}
