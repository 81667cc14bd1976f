import { type ReplayStore } from '../dead-letters/replay-port.js';
import { replayLetters, replayWaiting } from './replay-letters.js';
import { type Notice } from './replaying.js';
import { type Streaming } from './streaming.js';
import { type Stops } from './turn.js';

/** The reading again of dead letters beside the sources of a streamer. */
export interface ReplaysBeside {
  /** Aborts when it cannot go on, with why as its reason, which `end` rejects with. */
  readonly failed: AbortSignal;
  /** Does what waits at this moment, unless told to stop, and ends. Rejects with what made it fail. */
  end(): Promise<void>;
  /** Begins nothing more; what is under way ends by itself. */
  abandon(): void;
}

/**
 * Starts it, and tells of its failure at once. Whoever starts it ends it.
 *
 * @param after what goes before: nothing is asked until it is over
 */
export const replayBeside = (
  store: ReplayStore,
  streaming: Streaming,
  notice: Notice,
  stops: Stops,
  after: Promise<unknown> = Promise.resolve(),
): ReplaysBeside => {
  const over = new AbortController();
  const failed = new AbortController();
  const untilOver = { ...stops, stop: AbortSignal.any([stops.stop, over.signal]) };
  const running = after.then(() => replayLetters(store, streaming, notice, untilOver));
  running.catch((error: unknown) => {
    if (!stops.stop.aborted) notice(`no dead letter is read again any more: ${String(error)}`);
    failed.abort(error);
  });
  return {
    failed: failed.signal,
    abandon: () => over.abort(),
    end: async () => {
      over.abort();
      await running;
      if (!stops.stop.aborted) await replayWaiting(store, streaming, notice, stops);
    },
  };
};
