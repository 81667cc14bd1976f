import { onAbort } from '../../domain/on-abort.js';
import { type Cursor } from '../../domain/position.js';
import { type LiveFeed } from './live-feed.js';
import { type LiveFilter } from './live-filter.js';
import { type LiveUpdate } from './live-update.js';
import { type Send, SentInOrder } from './sent-in-order.js';

/** Updates that wait for one subscriber; one that has so many already when more come is given up, and can resume. */
const mostWaiting = 10_000;

/** What somebody wants of the feed. */
export interface LiveWish {
  readonly filter: LiveFilter;
  /** From behind it; from now on when there is none. */
  readonly after: Cursor | undefined;
}

const sendEach = async (updates: readonly LiveUpdate[], send: Send, signal: AbortSignal): Promise<void> => {
  for (const update of updates) {
    if (signal.aborted) return;
    await send(update);
  }
};

/**
 * Sends updates one by one, in order, until the signal aborts.
 *
 * @param tooSlow told, once, when the subscriber does not keep up (promise Q5): it gets no more, and what waited for it
 *   is dropped. It is told at once, because whoever sends to a subscriber that does not read asks for nothing more.
 */
export const sendLive = async (
  feed: LiveFeed,
  { filter, after }: LiveWish,
  send: Send,
  tooSlow: () => void,
  signal: AbortSignal,
): Promise<void> => {
  if (signal.aborted) return;
  let unsubscribe = (): void => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const over = new Promise<void>((resolve, reject) => {
    onAbort(signal, resolve);
    fail = reject;
  });
  const sending = new SentInOrder(send, fail);
  const take = (updates: readonly LiveUpdate[]): void => {
    if (sending.waiting <= mostWaiting) return sending.take(updates);
    unsubscribe();
    feed.dropped += sending.waiting;
    sending.drop();
    tooSlow();
  };
  const begin = (): void => {
    unsubscribe = feed.subscribe(filter, take, after);
  };
  try {
    if (after === undefined) begin();
    else for await (const updates of feed.since(after, filter, begin, signal)) await sendEach(updates, send, signal);
    await over;
  } finally {
    unsubscribe();
  }
};
