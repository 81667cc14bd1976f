import { type SourceId } from '../../domain/ids.js';
import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type SourceRecord } from '../append/checkpoint-text.js';
import { type Tail } from '../append/plan-appends.js';
import { type Covers } from '../append/source-course.js';

/** What a checkpoint covers beyond the appends that are known to be settled. */
export interface FoundDone extends Covers {
  readonly appends: number;
}

/**
 * What of the dropped appends was done all the same: they were in flight when their lane was lost. Undefined when there
 * is none, or when another streamer has gone on behind them, for then its rows cannot be told from ours.
 */
const foundDone = (settled: Tail, stored: SourceCheckpoint): FoundDone | undefined => {
  if (stored.claim !== settled.claim || stored.batch < settled.batch) return undefined;
  const { rows, events, dead_letters, dead_letter_bytes } = settled.course;
  return {
    appends: stored.batch + 1 - settled.batch,
    rows: stored.rows - rows,
    events: stored.events - events,
    deadLetters: stored.dead_letters - dead_letters,
    deadLetterBytes: stored.dead_letter_bytes - dead_letter_bytes,
  };
};

/** What was in flight when sources were fenced: whether it was done shows when what is stored of them is read again. */
export class DroppedAppends {
  readonly #settled = new Map<SourceId, Tail>();

  /** @param settled the tail behind the last append of the source that is known to be settled */
  add(source: SourceId, settled: Tail): void {
    this.#settled.set(source, settled);
  }

  /** What of the dropped appends a source's record covers. Told once. */
  found(source: SourceId, record: SourceRecord): FoundDone | undefined {
    const settled = this.#settled.get(source);
    this.#settled.delete(source);
    return settled && !('kind' in record) ? foundDone(settled, record) : undefined;
  }
}
