import { linkedTo } from '../../domain/linked-signal.js';
import { describeSpace, spaceState, type StoreSpace } from '../../domain/store-space.js';
import { type SpaceGauge } from './space-port.js';
import { type Pause } from './pause.js';

export type Room = { readonly kind: 'room' } | { readonly kind: 'none'; readonly message: string };

/** Whether streamers may append. An etcd that takes no puts although it has space says so to the append itself. */
export const roomIn = (space: StoreSpace): Room => {
  const state = spaceState(space, false);
  return state === 'ok' ? { kind: 'room' } : { kind: 'none', message: describeSpace(space, state) };
};

export interface SpaceGuardOptions {
  readonly gauge: SpaceGauge;
  readonly pause: Pause;
  /** Milliseconds, of a clock that only goes forward. */
  readonly clock: () => number;
  /** Told why appending waits, and with undefined when it goes on. */
  readonly onWaiting: (message: string | undefined) => void;
}

const freshForMs = 2_000;
const askAgainMs = 1_000;
/** The share of the quota that may be appended between two questions. */
const shareBetween = 0.01;

/** Holds appends back while etcd has no room for them. An etcd that does not answer is no reason: the append will tell. */
export class SpaceGuard {
  #askedAt = -Infinity;
  /** Bytes that may still be appended on the last answer. */
  #allowance = 0;
  /** What was asked ahead, as long as it is not answered. */
  #ahead: Promise<Room> | undefined;

  constructor(private readonly options: SpaceGuardOptions) {}

  /** Asks now, so that the first append need not wait for the answer. */
  ask(signal: AbortSignal): void {
    this.#ahead = this.#ask(signal).finally(() => (this.#ahead = undefined));
    // The append is told.
    this.#ahead.catch(() => undefined);
  }

  /**
   * Waits until an append of so many bytes may be sent. Rejects when `signal` aborts, and when `stop` does while there
   * is no room: what has been read is still appended at a stop, but not waited for.
   */
  async room(bytes: number, signal: AbortSignal, stop: AbortSignal): Promise<void> {
    const { clock, pause, onWaiting } = this.options;
    this.#allowance -= bytes;
    if (this.#allowance > 0 && clock() - this.#askedAt < freshForMs) return;
    for (let waited = false; ; waited = true) {
      const room = await (this.#ahead ?? this.#ask(signal));
      if (room.kind === 'room') {
        if (waited) onWaiting(undefined);
        return;
      }
      onWaiting(room.message);
      const either = linkedTo(signal, stop);
      await pause(askAgainMs, either.signal).finally(() => either.end());
    }
  }

  async #ask(signal: AbortSignal): Promise<Room> {
    const answer = await this.options.gauge.read(signal);
    this.#askedAt = this.options.clock();
    if (answer.kind === 'unknown') return { kind: 'room' };
    const room = roomIn(answer.value);
    this.#allowance = room.kind === 'room' ? answer.value.quotaBytes * shareBetween : 0;
    return room;
  }
}
