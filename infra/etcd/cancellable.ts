import { onAbort } from '../../domain/on-abort.js';

/**
 * The result of `work`, or the signal's reason as soon as it aborts. The client's unary calls cannot be cancelled: one
 * that is under way ends by its deadline, with nobody listening.
 */
export const cancellable = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  if (signal.aborted) {
    work.catch(() => undefined);
    throw abortReason(signal);
  }
  let forget: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    forget = onAbort(signal, () => reject(abortReason(signal)));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    forget();
  }
};

/** What an aborted signal says, as an error. */
export const abortReason = (signal: AbortSignal): Error =>
  signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
