import { type ModelPart } from './read-model.js';

/** Reading single documents of a read model, for documents that are too many to be held in memory. */
export interface DocumentReader {
  /**
   * The paths of the documents below one, in the order of their keys: what there is at the call or later, never
   * earlier. Throws {@link StoreSilent} when there is no answer within a few seconds, and {@link GenerationGone}.
   */
  paths(part: ModelPart, below: readonly string[], signal: AbortSignal): Promise<readonly (readonly string[])[]>;
  /**
   * The value of each, undefined for one that is gone. Throws {@link StoreSilent} when there is no answer within a few
   * seconds, and {@link GenerationGone}.
   */
  read(
    part: ModelPart,
    paths: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<readonly (Uint8Array | undefined)[]>;
}

/** The store did not answer in time: whoever asked may ask again later. The message says what that means, for people. */
export class StoreSilent extends Error {}

/** The store has no space to record anything. */
export class StoreFull extends StoreSilent {}

/** The generation has been deleted, or is being: what was read of it may be a part. Ask its successor. */
export class GenerationGone extends Error {}
