/** Milliseconds that everything has to stop in. */
const stopWithinMs = 5_000;

/**
 * One AbortSignal for the whole process: aborted by the first SIGINT, SIGTERM or SIGHUP, and when the supervisor that started
 * this process closes its channel. A second signal, or 5 s without an end, calls `force`.
 */
export const stopSignal = (force: (why: string) => void): AbortSignal => {
  const controller = new AbortController();
  const stop = (why: string): void => {
    if (controller.signal.aborted) return force(`stopped by force (${why})`);
    controller.abort(new DOMException(`stopped (${why})`, 'AbortError'));
    setTimeout(() => force(`did not stop within ${String(stopWithinMs / 1000)} s`), stopWithinMs).unref();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop(name));
  if (process.channel) {
    process.once('disconnect', () => stop('the supervisor is gone'));
    // Listening for the channel's end must not keep the process running by itself.
    process.channel.unref();
  }
  return controller.signal;
};
