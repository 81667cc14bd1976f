import { createHash } from 'node:crypto';
import { type Middleware } from 'koa';

/** Weak comparison (RFC 9110, section 13.1.2): `W/` makes no difference. */
const names = (ifNoneMatch: string, tag: string): boolean =>
  ifNoneMatch.trim() === '*' ||
  ifNoneMatch.split(',').some((given) => given.trim().replace(/^W\//, '') === tag.replace(/^W\//, ''));

/**
 * Answers that a client has already are not sent again: an entity tag of the body, and 304 when the client names it,
 * whatever it tells caches on the way. `no-cache` means "ask again each time", since a status can change with the
 * clock alone.
 */
export const entityTags: Middleware = async (ctx, next) => {
  await next();
  if (ctx.status !== 200 || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return;
  const body: unknown = ctx.body;
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) return;
  if (!ctx.response.get('Cache-Control')) ctx.set('Cache-Control', 'no-cache');
  const tag = ctx.response.get('ETag') || `W/"${createHash('sha1').update(body).digest('base64url')}"`;
  ctx.set('ETag', tag);
  if (names(ctx.get('If-None-Match'), tag)) ctx.status = 304;
};
