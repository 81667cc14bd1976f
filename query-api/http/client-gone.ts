import { type Context } from 'koa';
import { Problem } from './problem.js';

/** Nobody reads this; it only says that the gateway did not fail. */
export const nobodyThere = (): Problem =>
  new Problem({
    code: 'bad-request',
    status: 400,
    title: 'Not acceptable',
    detail: 'Nobody is there any more to be answered.',
  });

/** Aborted when the client goes away before it has its answer. */
export const clientGone = (ctx: Context): AbortSignal => {
  const gone = new AbortController();
  // While its request was read, say.
  if (ctx.res.closed) gone.abort(nobodyThere());
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) gone.abort(nobodyThere());
  });
  return gone.signal;
};
