/** Hands on what is pushed, in order, until the signal aborts. */
export class Queue<A> {
  readonly #items: A[] = [];
  #wake: () => void = () => undefined;

  push(item: A): void {
    this.#items.push(item);
    this.#wake();
  }

  async *take(signal: AbortSignal): AsyncGenerator<A, void, undefined> {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    while (!signal.aborted) {
      const item = this.#items.shift();
      if (item !== undefined) yield item;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
