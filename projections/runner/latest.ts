import { once } from 'node:events';

/** The newest value of something that is followed: whoever is slower than the changes skips some. */
export class Latest<T> {
  readonly #changes = new EventTarget();
  #value: T | undefined;

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
