import { type FoldedSegment, type ModelPart } from '../../domain/read-model.js';
import { type Revision } from '../../domain/revision.js';
import { type PartitionFold } from '../projection.js';
import { nameOf } from './slots.js';

/** A fold that was given up with its part, and what it has read. */
export interface SuspendedFold {
  readonly fold: PartitionFold;
  /** The next revision that it has not folded. */
  readonly wanted: Revision;
  readonly folded: FoldedSegment | undefined;
  /** Of the checkpoint behind which it began to read. */
  readonly version: bigint;
  /** Where it cuts runs. */
  readonly cuts: readonly Revision[];
}

/** Who owns a part again does so soon after its lease was lost; later the memory is worth more. */
const keptMs = 30_000;

/**
 * Folds whose parts were lost, for the same process to go on with. What a fold that starts from nothing holds follows
 * from the log and its checkpoint alone; as long as nobody has moved that, it need not be read again. That of history
 * is a run of up to 512 segments or a mebibyte of them, and all projections of a partition would wait for its reading.
 */
export class SuspendedFolds {
  readonly #folds = new Map<string, SuspendedFold>();

  suspend(part: ModelPart, fold: SuspendedFold): void {
    const name = nameOf(part);
    this.#folds.set(name, fold);
    setTimeout(() => this.#folds.get(name) === fold && this.#folds.delete(name), keptMs).unref();
  }

  /**
   * The fold to go on with, if there is one and the checkpoint is still the one behind which it began, and runs are cut
   * where it cuts them; given once.
   */
  resume(part: ModelPart, version: bigint, cuts: readonly Revision[]): SuspendedFold | undefined {
    const name = nameOf(part);
    const fold = this.#folds.get(name);
    this.#folds.delete(name);
    return fold?.version === version && fold.cuts.join() === cuts.join() ? fold : undefined;
  }
}
