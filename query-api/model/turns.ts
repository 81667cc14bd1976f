import { withTimeLimit } from '../../domain/time-limit.js';

/** Wakes those who wait for the next change of something. */
export class Turns {
  #waiting: (() => void)[] = [];

  /** Something has changed. */
  next(): void {
    const woken = this.#waiting;
    this.#waiting = [];
    for (const wake of woken) wake();
  }

  /** Resolves at the next change or when the signal aborts. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
      this.#waiting.push(wake);
    });
  }
}

/**
 * Waits until something is true, looking again at each change.
 *
 * @param milliseconds how long to wait at most
 * @returns whether it became true in time
 */
export const waitUntil = async (
  turns: Turns,
  isTrue: () => boolean,
  milliseconds: number,
  signal: AbortSignal,
): Promise<boolean> => {
  if (isTrue()) return true;
  const until = async (limit: AbortSignal): Promise<boolean> => {
    while (!limit.aborted) {
      await turns.wait(limit);
      if (isTrue()) return true;
    }
    return false;
  };
  return milliseconds === Infinity ? until(signal) : withTimeLimit(signal, milliseconds, until);
};
