import { onAbortOrNow } from '../../domain/on-abort.js';

/**
 * The result of `work`, or the signal's reason as soon as it aborts. The client's unary calls cannot be cancelled: one
 * that is under way ends by its deadline, with nobody listening.
 */
export const cancellable = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const forget = onAbortOrNow(signal, () => reject(abortReason(signal)));
    work.finally(forget).then(resolve, reject);
  });

/** What an aborted signal says, as an error. */
export const abortReason = (signal: AbortSignal): Error =>
  signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
