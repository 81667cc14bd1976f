import { onAbort } from './on-abort.js';

/** A signal that aborts with another one, or earlier when its owner is done with what it stands for. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Aborts it, and lets go of the other. */
  end(reason?: Error): void;
}

export const linkedTo = (other: AbortSignal): LinkedSignal => {
  const controller = new AbortController();
  const abort = () => controller.abort(other.reason);
  if (other.aborted) abort();
  const unlink = onAbort(other, abort);
  return {
    signal: controller.signal,
    end: (reason = new Error('no longer needed')) => {
      unlink();
      controller.abort(reason);
    },
  };
};
