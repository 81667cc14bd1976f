/** A timer that never matters: the longest there is. */
const idleMs = 2 ** 31 - 1;

/** Resolves when the signal is aborted, at once when it already is. Keeps the process alive until then. */
export const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const alive = setInterval(() => undefined, idleMs);
    const end = () => {
      clearInterval(alive);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
