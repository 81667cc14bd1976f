import { abortReason, cancellable } from './cancellable.js';
import { type EtcdFailure, failureOf } from './failure.js';
import { EtcdError, type Patience } from './persistently.js';

/** One answer of the store to one call; whoever asks decides whether to ask again. */
export type StoreAnswer<T> =
  { readonly kind: 'answered'; readonly value: T } | { readonly kind: 'unknown'; readonly failure: EtcdFailure };

/** For reads that would be patient by themselves: the first failure is the answer. */
export const once: Patience = { patienceMs: 0 };

/** What one call came to. Rejects when the signal aborts, and for bugs. */
export const oneTry = async <T>(signal: AbortSignal, call: () => Promise<T>): Promise<StoreAnswer<T>> => {
  try {
    return { kind: 'answered', value: await cancellable(call(), signal) };
  } catch (error) {
    if (signal.aborted) throw abortReason(signal);
    return { kind: 'unknown', failure: error instanceof EtcdError ? error.failure : failureOf(error) };
  }
};
