import { type Append, type AppendAnswer } from '../../domain/append.js';
import { type DeadLetter } from '../../domain/dead-letter.js';
import { type LetterPlace } from '../../domain/dead-letter-id.js';
import { type PendingReplay } from '../../domain/dead-letter-outcome.js';
import { type StoreAnswer } from '../../domain/store-answer.js';

/** The claim on reading letters again: one streamer does it for all. It only saves work; the appends are fenced. */
export interface ReplayClaim {
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** What a streamer needs to read dead letters again. Every method but `follow` makes one try with a deadline. */
export interface ReplayStore {
  /** Undefined while another streamer has it. */
  claim(signal: AbortSignal): Promise<StoreAnswer<ReplayClaim | undefined>>;
  /** The requests that wait, now and after each change, until the signal aborts. */
  follow(signal: AbortSignal): AsyncIterable<readonly PendingReplay[]>;
  pending(signal: AbortSignal): Promise<StoreAnswer<readonly PendingReplay[]>>;
  letter(place: LetterPlace, signal: AbortSignal): Promise<StoreAnswer<DeadLetter | undefined>>;
  /**
   * One transaction. Compares: the lane's claim is mine, the request stands there unchanged, the letter has no outcome,
   * no segment stands where one is to stand. Puts segments and outcome, deletes the request. `checkpoint` in a refusal
   * is the outcome that stands there.
   */
  append(append: Append, pending: PendingReplay, signal: AbortSignal): Promise<StoreAnswer<AppendAnswer>>;
  /** Writes the reasons into the request, if it still stands there unchanged. */
  refuse(pending: PendingReplay, reasons: readonly string[], signal: AbortSignal): Promise<StoreAnswer<boolean>>;
}
