import { type Context } from 'koa';

/** Aborted when the client goes away before it has its answer. */
export const clientGone = (ctx: Context): AbortSignal => {
  const gone = new AbortController();
  // While its request was read, say.
  if (ctx.res.closed) gone.abort();
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) gone.abort();
  });
  return gone.signal;
};
