import { type LetterPlace } from '../../domain/dead-letter-id.js';
import { type Corrections, type LetterState } from '../../domain/dead-letter-outcome.js';
import { type SourceId } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { type StoreAnswer } from '../../domain/store-answer.js';

/** Reading what was refused. Throws when etcd does not answer, or a stored letter cannot be read. */
export interface DeadLetterReader {
  /** By source, then by offset; the next page is read when the one before has been consumed. */
  list(signal: AbortSignal): AsyncIterable<LetterState>;
  get(place: LetterPlace, signal: AbortSignal): Promise<LetterState | undefined>;
}

/** What came of a decision: `done`, or why the letter was not as it has to be, and nothing was written. */
export type LetterDecision = 'done' | 'no-letter' | 'requested' | 'replayed' | 'discarded';

/** Deciding about letters. Each method makes one try; trying again does no harm. */
export interface LetterDesk {
  state(place: LetterPlace, signal: AbortSignal): Promise<StoreAnswer<LetterState | undefined>>;
  request(place: LetterPlace, set: Corrections, at: Instant, signal: AbortSignal): Promise<StoreAnswer<LetterDecision>>;
  discard(place: LetterPlace, reason: string, at: Instant, signal: AbortSignal): Promise<StoreAnswer<LetterDecision>>;
  /** The names in the header line of a source; undefined where none are known. */
  columns(source: SourceId, signal: AbortSignal): Promise<StoreAnswer<readonly string[] | undefined>>;
  /** Whether a streamer is there that reads letters again. */
  isServed(signal: AbortSignal): Promise<StoreAnswer<boolean>>;
}
