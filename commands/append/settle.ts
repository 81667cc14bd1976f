import { type Append, type AppendAnswer } from '../../domain/append.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { parseCheckpoint } from './checkpoint-text.js';

/**
 * What an answer means for an append.
 *
 * - `applied`: this try did it
 * - `applied-earlier`: an earlier try did it, whose answer was lost
 * - `fenced`: it was not applied and never will be; `by` says what is no longer mine. Everything in flight is dropped,
 *   and the checkpoint and the lane's heads are read again before anything else is computed
 * - `send-again`: nothing can be concluded; the same keys and content are sent again
 */
export type Settlement =
  | { readonly kind: 'applied' }
  | { readonly kind: 'applied-earlier' }
  | { readonly kind: 'fenced'; readonly by: 'lane' | 'source' | 'place' }
  | { readonly kind: 'send-again' };

/** The answer to one try of an append. */
export interface Try {
  readonly answer: StoreAnswer<AppendAnswer>;
  /** True when, as this try was sent, every append sent before this one had been settled. */
  readonly wasFirst: boolean;
}

/**
 * Settles the oldest unsettled append of a lane (see "Settling an append" in domain/PROMISES.md). A refusal that may only mean that
 * an earlier append had not arrived yet concludes nothing.
 */
export const settle = (append: Append, { answer, wasFirst }: Try): Settlement => {
  if (answer.kind === 'unknown') return { kind: 'send-again' };
  const seen = answer.value;
  if (seen.kind === 'committed') return { kind: 'applied' };
  if (holdsMine(append, seen.segment) || coversMine(append, seen.checkpoint)) return { kind: 'applied-earlier' };
  if (!wasFirst) return { kind: 'send-again' };
  if (seen.claim !== append.claim) return { kind: 'fenced', by: 'lane' };
  return { kind: 'fenced', by: seen.checkpoint === append.prior ? 'place' : 'source' };
};

/** A segment names its claim and batch, which no other append has: equal bytes are this append's own. */
const holdsMine = (append: Append, segment: Uint8Array | undefined): boolean => {
  const first = append.segments[0];
  return first !== undefined && segment !== undefined && Buffer.compare(segment, first.bytes) === 0;
};

/** Batch numbers count on for the life of a claim, so a checkpoint of this claim at or past my batch came after mine. */
const coversMine = (append: Append, stored: string | undefined): boolean => {
  if (stored === append.checkpoint) return true;
  const checkpoint = stored === undefined || stored === append.prior ? undefined : parseCheckpoint(stored);
  return checkpoint?.claim === append.claim && checkpoint.batch >= append.batch;
};
