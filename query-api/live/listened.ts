/**
 * What a source tells its listeners, as an iteration that holds at most `most` things that were not taken yet; then the
 * oldest are dropped, for sources of which the newest counts.
 */
export async function* listened<A>(
  listen: (tell: (news: readonly A[]) => void) => () => void,
  most: number,
  signal: AbortSignal,
): AsyncGenerator<A, void, undefined> {
  let waiting: A[] = [];
  let wake = (): void => undefined;
  const stop = (): void => wake();
  signal.addEventListener('abort', stop, { once: true });
  const unlisten = listen((news) => {
    waiting = [...waiting, ...news].slice(-most);
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
