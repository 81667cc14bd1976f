import { type PendingReplay } from '../../domain/dead-letter-outcome.js';
import { type ReplayClaim, type ReplayStore } from '../dead-letters/replay-port.js';
import { untilAnswered } from '../append/until-answered.js';
import { persistenceOf } from './persistence.js';
import { type Notice } from './replaying.js';
import { type Streaming } from './streaming.js';
import { type Stops } from './turn.js';

/** Milliseconds between looks at a claim that another streamer has. */
const askAgainMs = 1_000;

/**
 * Reads dead letters again as operators ask for it, beside the sources and in a lane of its own that is held only while
 * there is something to do. Of many streamers one does it. Ends when `stops.stop` aborts, what is under way being
 * settled first; rejects with the reason of `stops.abandon`, or with what the store refuses for good.
 */
export const replayLetters = async (
  store: ReplayStore,
  streaming: Streaming,
  notice: Notice,
  stops: Stops,
): Promise<void> => {
  const { stop } = stops;
  while (!stop.aborted) {
    const claim = await claimed(store, stop);
    if (claim === undefined) {
      await streaming.pause(askAgainMs, stop).catch(() => undefined);
      continue;
    }
    try {
      const until = AbortSignal.any([stop, claim.lost]);
      for await (const waiting of store.follow(until)) {
        if (waiting.length > 0) await replayAll(waiting, store, streaming, notice, stops);
      }
    } finally {
      await claim.release();
    }
  }
};

/** What waits now: for a streamer whose sources have ended, before it ends too. */
export const replayWaiting = async (
  store: ReplayStore,
  streaming: Streaming,
  notice: Notice,
  stops: Stops,
): Promise<void> => {
  const waiting = await untilAnswered(() => store.pending(stops.stop), stops.stop, persistenceOf(streaming));
  if (waiting.length > 0) await replayAll(waiting, store, streaming, notice, stops);
};

/** An etcd that does not answer is asked again later, as one whose claim is taken is. */
const claimed = async (store: ReplayStore, stop: AbortSignal): Promise<ReplayClaim | undefined> => {
  try {
    const answer = await store.claim(stop);
    return answer.kind === 'answered' ? answer.value : undefined;
  } catch (error) {
    if (!stop.aborted) throw error;
    return undefined;
  }
};

const replayAll = async (
  waiting: readonly PendingReplay[],
  store: ReplayStore,
  streaming: Streaming,
  notice: Notice,
  stops: Stops,
): Promise<void> => {
  // Loaded when there is something to do, which is seldom: most streamers need not wait for it at their start.
  const { Replaying } = await import('./replaying.js');
  const replaying = new Replaying(store, streaming, notice, stops);
  try {
    for (const pending of waiting) {
      if (stops.stop.aborted) return;
      await replaying.replay(pending);
    }
  } catch (error) {
    if (!stops.stop.aborted || stops.abandon.aborted) throw error;
  } finally {
    await replaying.end();
  }
};
