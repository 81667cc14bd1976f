import { type Context, type Middleware } from 'koa';
import { PreparedBody } from './prepared-body.js';

/** Bytes below which compressing gains nothing. */
export const worthCompressing = 1_024;

/** Answers with a prepared body; {@link compressPrepared} sees to its compression, unless it need not be sent at all. */
export const sendPrepared = (ctx: Context, body: PreparedBody): void => {
  ctx.state['prepared'] = body;
  ctx.body = body.bytes;
  ctx.type = body.type;
  ctx.set('ETag', body.etag);
};

/** Sends prepared bodies as they were compressed once, to clients that take gzip. */
export const compressPrepared: Middleware = async (ctx, next) => {
  await next();
  const body: unknown = ctx.state['prepared'];
  if (!(body instanceof PreparedBody) || ctx.status !== 200 || ctx.body !== body.bytes) return;
  if (ctx.method === 'HEAD' || body.bytes.length < worthCompressing || !ctx.acceptsEncodings('gzip')) return;
  ctx.set('Content-Encoding', 'gzip');
  ctx.body = await body.gzip();
};
