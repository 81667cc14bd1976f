import { setMaxListeners } from 'node:events';

/** A signal that aborts with others, or earlier when its owner is done with what it stands for. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Aborts it, and lets go of the others. */
  end(reason?: Error): void;
}

/**
 * Aborts with the first of others that does, until it is ended. For what is done again and again under a signal that
 * lives as long as the process: of each `AbortSignal.any` Node 20 leaves something there for ever.
 */
export const linkedTo = (...others: readonly AbortSignal[]): LinkedSignal => {
  const controller = new AbortController();
  const abort = () => controller.abort(others.find(({ aborted }) => aborted)?.reason);
  if (others.some(({ aborted }) => aborted)) abort();
  for (const other of others) {
    // One signal stands for a whole process, and hundreds of works may wait for it at once: that is no leak.
    setMaxListeners(0, other);
    other.addEventListener('abort', abort, { once: true });
  }
  return {
    signal: controller.signal,
    end: (reason = new Error('no longer needed')) => {
      for (const other of others) other.removeEventListener('abort', abort);
      controller.abort(reason);
    },
  };
};
