import { onAbort } from './on-abort.js';

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
  const unlink = others.map((other) => onAbort(other, abort));
  return {
    signal: controller.signal,
    end: (reason = new Error('no longer needed')) => {
      unlink.forEach((forget) => forget());
      controller.abort(reason);
    },
  };
};
