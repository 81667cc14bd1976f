import { type Fence } from '../append/lane-writer.js';
import { type Tail } from '../append/plan-appends.js';
import { type SourceOutcome } from './source-outcome.js';

/** Two ways to be told to stop: `stop` ends reading and settles what was sent, `abandon` leaves it in flight. */
export interface Stops {
  readonly stop: AbortSignal;
  readonly abandon: AbortSignal;
}

/** What came of one reading, from a checkpoint on. */
export type Turn =
  | { readonly kind: 'over'; readonly outcome: SourceOutcome }
  /** Everything is loaded again, from behind what was settled before the fence. */
  | { readonly kind: 'fenced'; readonly by: Fence['by']; readonly progressed: boolean; readonly settled: Tail };
