import { type StoreAnswer } from '../../domain/store-answer.js';
import { abortReason, cancellable } from './cancellable.js';
import { failureOf } from './failure.js';
import { EtcdError, type Patience } from './persistently.js';

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
