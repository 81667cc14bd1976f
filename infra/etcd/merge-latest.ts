import { type Awakening, awakening } from '../../domain/awakening.js';

/**
 * The newest values of two sources together: a pair as soon as both have one, then again whenever either has a new one.
 * Ends when one of them ends, and throws what one of them throws; the other is then closed.
 */
export async function* mergeLatest<A, B>(
  first: AsyncIterable<A>,
  second: AsyncIterable<B>,
): AsyncGenerator<readonly [A, B], void, undefined> {
  let news: Awakening = awakening();
  const tell = (): void => news.wake();
  const [a, b] = [new ReadAhead(first, tell), new ReadAhead(second, tell)];
  try {
    for (;;) {
      // Not a race of both: one that says nothing for days would keep something of every round of the other.
      await news.promise;
      news = awakening();
      const taken = [a.take(), b.take()];
      if (taken.includes('end')) return;
      if (a.newest && b.newest) yield [a.newest.value, b.newest.value];
    }
  } finally {
    a.close();
    b.close();
  }
}

type Heard<T> = { readonly result: IteratorResult<T> } | { readonly error: unknown };

/** A source of which the next value is always asked for, and which tells when there is something to take. */
class ReadAhead<T> {
  readonly #iterator: AsyncIterator<T>;
  #heard: Heard<T> | undefined;
  newest: { readonly value: T } | undefined;

  constructor(
    source: AsyncIterable<T>,
    private readonly tell: () => void,
  ) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#ask();
  }

  /** Takes over what has come, if anything. Throws what the source threw. */
  take(): 'value' | 'nothing' | 'end' {
    if (this.#heard === undefined) return 'nothing';
    if ('error' in this.#heard) throw this.#heard.error;
    if (this.#heard.result.done === true) return 'end';
    this.newest = { value: this.#heard.result.value };
    this.#ask();
    return 'value';
  }

  /** One that waits for its next value closes only after that: its own signal ends it, nobody waits here. */
  close(): void {
    this.#iterator.return?.().catch(() => undefined);
  }

  #ask(): void {
    this.#heard = undefined;
    const hear = (heard: Heard<T>): void => {
      this.#heard = heard;
      this.tell();
    };
    this.#iterator.next().then(
      (result) => hear({ result }),
      (error: unknown) => hear({ error }),
    );
  }
}
