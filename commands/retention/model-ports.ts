import { type GenerationRecord, type ProjectionName } from '../../domain/generation.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { type DocumentAge, type SizedDocument } from './model-ledger.js';
import { type Guard } from './guard.js';

/** A generation and the first block of its documents that stays. */
export interface KeptGeneration {
  readonly record: GenerationRecord;
  /** Of its record. */
  readonly modified: Revision;
  readonly from: bigint;
  /** The newest time that what has gone before told of, where that is recorded. */
  readonly deletedTo: Instant | undefined;
}

export interface KeptGenerations {
  readonly generations: readonly KeptGeneration[];
  /** Changed by every reset, switch and cancel; undefined while there is none. */
  readonly registry: Revision | undefined;
}

/** Horizons and deletes of read models. Every method makes one try and rejects only when `signal` aborts. */
export interface ModelTrimStore {
  generations(signal: AbortSignal): Promise<StoreAnswer<KeptGenerations>>;
  /** False when something compared is no longer what it was. */
  record(
    generation: KeptGeneration,
    kept: Pick<KeptGeneration, 'from' | 'deletedTo'>,
    guard: Guard,
    signal: AbortSignal,
  ): Promise<StoreAnswer<boolean>>;
  /** Deletes the documents of these folders before the recorded block; puts nothing. False when it was refused. */
  deleteBefore(
    folders: readonly string[],
    bound: string,
    registry: Guard['registry'],
    signal: AbortSignal,
  ): Promise<StoreAnswer<boolean>>;
}

/** `opened` begins a listing of a generation's documents, from nothing; `loaded` ends it. */
export type SizeUpdate =
  | { readonly kind: 'opened' }
  | { readonly kind: 'loaded' }
  | { readonly kind: 'changed'; readonly documents: readonly (SizedDocument & { readonly path: readonly string[] })[] };

/** What is held of a generation, behind its horizon. */
export interface HeldModel {
  readonly record: GenerationRecord;
  readonly bytes: number;
  readonly allowed: number;
  readonly oldest: Instant | undefined;
  readonly newest: Instant | undefined;
  readonly deletedTo: Instant | undefined;
}

export interface ModelPorts {
  readonly store: ModelTrimStore;
  /** The documents of a generation without their content, listed and then followed until the signal aborts. */
  readonly sizes: (record: GenerationRecord, signal: AbortSignal) => AsyncIterable<SizeUpdate>;
  /** Undefined for a document that retention leaves alone. */
  readonly ageOf: (path: readonly string[]) => DocumentAge | undefined;
  /** What the names of a folder's documents are compared with: those of blocks before this one are lower. */
  readonly boundOf: (projection: ProjectionName, block: bigint) => string;
}
