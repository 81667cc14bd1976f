/** A signal that aborts so many milliseconds after another one did. */
export const abortedLater = (first: AbortSignal, delayMs: number): AbortSignal => {
  const later = new AbortController();
  const begin = () => void setTimeout(() => later.abort(), delayMs).unref();
  if (first.aborted) begin();
  else first.addEventListener('abort', begin, { once: true });
  return later.signal;
};
