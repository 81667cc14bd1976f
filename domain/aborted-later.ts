import { onAbortOrNow } from './on-abort.js';

/** A signal that aborts, for the same reason, so many milliseconds after another one did. */
export const abortedLater = (first: AbortSignal, delayMs: number): AbortSignal => {
  const later = new AbortController();
  onAbortOrNow(first, () => void setTimeout(() => later.abort(first.reason), delayMs).unref());
  return later.signal;
};
