import { type Context } from 'koa';

/** Aborted when the client goes away before it has its answer. */
export const clientGone = (ctx: Context): AbortSignal => {
  const gone = new AbortController();
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) gone.abort();
  });
  return gone.signal;
};
