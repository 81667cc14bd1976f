/**
 * What a source tells its listeners, as an iteration.
 *
 * @param most so many things wait for the listener; when more come while it has not taken those, it gets no more
 * @param tooSlow told then, once (promise Q5): whoever sends to somebody that does not read asks for nothing more
 */
export async function* listened<A>(
  listen: (tell: (news: readonly A[]) => void) => () => void,
  most: number,
  tooSlow: () => void,
  signal: AbortSignal,
): AsyncGenerator<A, void, undefined> {
  let waiting: A[] = [];
  let wake = (): void => undefined;
  const stop = (): void => wake();
  signal.addEventListener('abort', stop, { once: true });
  const unlisten = listen((news) => {
    if (waiting.length > most) {
      unlisten();
      waiting = [];
      return tooSlow();
    }
    for (const item of news) waiting.push(item);
    wake();
  });
  try {
    while (!signal.aborted) {
      const ready = waiting;
      waiting = [];
      yield* ready;
      if (waiting.length === 0 && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    unlisten();
    signal.removeEventListener('abort', stop);
  }
}
