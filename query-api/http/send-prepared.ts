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

/**
 * What no coding is accepted for, nor sending it without one, is sent without one, which RFC 9110 leaves to the server
 * (12.5.3): koa-compress finds none, and fails.
 */
export const plainForTheRest: Middleware = async (ctx, next) => {
  await next();
  if (!ctx.acceptsEncodings('gzip', 'deflate', 'identity')) ctx.compress = false;
};
