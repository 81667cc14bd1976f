import { type Cursor } from '../../domain/position.js';
import { type LiveFeed } from './live-feed.js';
import { type LiveFilter } from './live-filter.js';
import { type LiveUpdate } from './live-update.js';

/** Updates that wait for one subscriber; one that has so many already when more come is given up, and can resume. */
export const mostWaiting = 10_000;

/**
 * Updates one by one, in order, from behind a cursor or from now on, until the signal aborts.
 *
 * @param tooSlow told, once, when the subscriber does not keep up (promise Q5): it gets no more, and what waited for it
 *   is dropped. It is told at once, because whoever sends to a subscriber that does not read asks for nothing more.
 */
export async function* liveStream(
  feed: LiveFeed,
  filter: LiveFilter,
  after: Cursor | undefined,
  tooSlow: () => void,
  signal: AbortSignal,
): AsyncGenerator<LiveUpdate, void, undefined> {
  let waiting: LiveUpdate[] = [];
  let wake = (): void => undefined;
  let unsubscribe = (): void => undefined;
  const giveUp = (): void => {
    unsubscribe();
    feed.dropped += waiting.length;
    waiting = [];
    tooSlow();
  };
  const begin = (): void => {
    const take = (updates: readonly LiveUpdate[]): void => {
      if (waiting.length > mostWaiting) return giveUp();
      for (const update of updates) waiting.push(update);
      wake();
    };
    unsubscribe = feed.subscribe(filter, take, after);
  };
  const stop = (): void => wake();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (after === undefined) begin();
    else for await (const updates of feed.since(after, filter, begin, signal)) yield* updates;
    while (!signal.aborted) {
      const ready = waiting;
      waiting = [];
      yield* ready;
      if (waiting.length === 0 && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', stop);
  }
}
