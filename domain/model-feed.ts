import { type FoldCheckpoint, type GenerationRecord, type ProjectionName } from './generation.js';
import { type Partition } from './ids.js';

/** A document of a read model that was written or, without a value, deleted. */
export interface ModelChange {
  readonly partition: Partition;
  readonly path: readonly string[];
  readonly value: Uint8Array | undefined;
}

/**
 * What the active generation of one projection says. `absent`: there is none yet. `opened` starts a listing of it, from nothing: a new generation,
 * or the same one again after a compaction. `loaded` ends it; what came before it makes up one revision.
 */
export type ModelUpdate =
  | { readonly kind: 'absent' }
  | { readonly kind: 'opened'; readonly record: GenerationRecord }
  | {
      readonly kind: 'changed';
      readonly changes: readonly ModelChange[];
      readonly checkpoints: readonly (readonly [Partition, FoldCheckpoint])[];
    }
  | { readonly kind: 'loaded' };

/** Follows the active generation of a projection, and the next one when it becomes active; for ever. */
export interface ModelFeed {
  /**
   * The documents of `history` are not handed on, because a query reads them when it needs them: its checkpoints are.
   * A slow consumer holds etcd back. Ends when the signal aborts.
   */
  follow(projection: ProjectionName, signal: AbortSignal): AsyncIterable<ModelUpdate>;
}
