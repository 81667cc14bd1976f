/** Waits; rejects when the signal aborts. Handed in, so that a simulation decides what time is. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

/** The longest wait that a timer keeps: beyond 2^31 − 1 ms Node's fire at once. */
const longestSlice = 2 ** 31 - 1;

/** Waits of any length by a timer that has a limit: 25 days between two observations are not skipped. */
export const pauseBySlices =
  (timer: Pause): Pause =>
  async (ms, signal) => {
    for (let left = ms; left > 0; left -= longestSlice) await timer(Math.min(left, longestSlice), signal);
    signal.throwIfAborted();
  };
