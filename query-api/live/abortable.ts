import { linkedTo } from '../../domain/linked-signal.js';

/**
 * A generator that ends at once when it is told to: by itself one that waits for something would first wait for it.
 *
 * @param make gets a signal that aborts with `outer`, and when the iteration is returned from
 */
export const abortable = <A>(
  outer: AbortSignal,
  make: (signal: AbortSignal) => AsyncGenerator<A, void, undefined>,
): AsyncIterableIterator<A, void, undefined> => {
  const over = linkedTo(outer);
  const inner = make(over.signal);
  return {
    next: () => inner.next(),
    return: () => {
      over.end();
      return inner.return();
    },
    throw: (error: unknown) => {
      over.end();
      return inner.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};
