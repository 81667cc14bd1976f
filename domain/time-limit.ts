/**
 * Does something under a signal that aborts with another one, or after so many milliseconds. Not `AbortSignal.any` of an
 * `AbortSignal.timeout`: composed signals hold their parts weakly, and Node 20 loses such a limit at the next garbage
 * collection.
 */
export const withTimeLimit = async <A>(
  outer: AbortSignal,
  milliseconds: number,
  work: (limit: AbortSignal) => Promise<A>,
): Promise<A> => {
  const limit = new AbortController();
  const end = (): void => limit.abort(outer.reason);
  if (outer.aborted) end();
  outer.addEventListener('abort', end, { once: true });
  const timer = setTimeout(() => limit.abort(new Error(`not within ${String(milliseconds)} ms`)), milliseconds);
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', end);
  }
};
