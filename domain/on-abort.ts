import { setMaxListeners } from 'node:events';

/**
 * Calls `then` when the signal aborts; the answer takes it back. One signal stands for a whole process, and hundreds of
 * calls may wait for it at once: that is no leak, so Node's warning about it is switched off.
 */
export const onAbort = (signal: AbortSignal, then: () => void): (() => void) => {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', then, { once: true });
  return () => signal.removeEventListener('abort', then);
};

/** As `onAbort`; a signal that has aborted already calls it at once. */
export const onAbortOrNow = (signal: AbortSignal, then: () => void): (() => void) => {
  if (signal.aborted) then();
  return onAbort(signal, then);
};
