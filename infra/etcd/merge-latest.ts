/**
 * The newest values of two sources together: a pair as soon as both have one, then again whenever either has a new one.
 * Ends when one of them ends, and throws what one of them throws; the other is then closed.
 */
export async function* mergeLatest<A, B>(
  first: AsyncIterable<A>,
  second: AsyncIterable<B>,
): AsyncGenerator<readonly [A, B], void, undefined> {
  const [a, b] = [first[Symbol.asyncIterator](), second[Symbol.asyncIterator]()];
  const nextA = () => a.next().then((result) => ({ from: 'a' as const, result }));
  const nextB = () => b.next().then((result) => ({ from: 'b' as const, result }));
  let [waitingA, waitingB] = [nextA(), nextB()];
  let [newestA, newestB]: [{ value: A } | undefined, { value: B } | undefined] = [undefined, undefined];
  try {
    for (;;) {
      const heard = await Promise.race([waitingA, waitingB]);
      if (heard.result.done === true) return;
      if (heard.from === 'a') {
        newestA = { value: heard.result.value };
        waitingA = nextA();
      } else {
        newestB = { value: heard.result.value };
        waitingB = nextB();
      }
      if (newestA && newestB) yield [newestA.value, newestB.value];
    }
  } finally {
    // An iterator that waits for its next value closes only after that: its own signal ends it, nobody waits here.
    for (const waiting of [waitingA, waitingB]) waiting.catch(() => undefined);
    for (const closing of [a.return?.(), b.return?.()]) closing?.catch(() => undefined);
  }
}
