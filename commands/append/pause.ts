/** Waits; rejects when the signal aborts. Handed in, so that a simulation decides what time is. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;
