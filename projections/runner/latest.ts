import { once, setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { linkedTo } from '../../domain/linked-signal.js';

/** The newest value of something that is followed: whoever is slower than the changes skips some. */
export class Latest<T> {
  readonly #changes = new EventTarget();
  #value: T | undefined;

  constructor() {
    // Each partition waits for it while it cannot be had: that is no leak, of which Node would warn.
    setMaxListeners(0, this.#changes);
  }

  get value(): T | undefined {
    return this.#value;
  }

  set(value: T): void {
    this.#value = value;
    this.#changes.dispatchEvent(new Event('change'));
  }

  /** Takes over what comes, until the signal aborts or the source ends or throws. */
  async follow(source: AsyncIterable<T>): Promise<void> {
    for await (const value of source) this.set(value);
  }

  /** Resolves at the next change, or when the signal aborts. */
  async change(signal: AbortSignal): Promise<void> {
    if (!signal.aborted) await once(this.#changes, 'change', { signal }).catch(() => undefined);
  }
}

/** Resolves when one of them changes, when so many milliseconds have passed, or when the signal aborts. */
export const changeOrPause = async (
  ones: readonly Latest<unknown>[],
  pauseMs: number,
  signal: AbortSignal,
): Promise<void> => {
  const looked = linkedTo(signal);
  await Promise.race([
    ...ones.map((one) => one.change(looked.signal)),
    pause(pauseMs, undefined, { signal: looked.signal }).catch(() => undefined),
  ]);
  looked.end();
};
