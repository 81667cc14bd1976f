import { type Context, type Middleware } from 'koa';
import { signInFiles, signInPage } from '../pages/sign-in-page.js';
import { Problem } from '../http/problem.js';
import { probes } from './probes.js';
import { type Admission, forgotten, type ReadAccess } from './read-access.js';

/** What tells nothing of the fleet: probes, and what a browser needs to show a token. */
const open: ReadonlySet<string> = new Set([...probes, ...Object.keys(signInFiles)]);

const reasons: Readonly<Record<Exclude<Admission, 'granted'>, string>> = {
  'no token was sent': 'This gateway wants a read token; send it as `Authorization: Bearer TOKEN`.',
  'another token was sent': 'This is none of the tokens that this gateway knows.',
};

const unauthorized = (admission: Exclude<Admission, 'granted'>): Problem =>
  new Problem({
    code: 'unauthorized',
    status: 401,
    title: 'Unauthorized',
    detail: reasons[admission],
    headers: { 'WWW-Authenticate': 'Bearer' },
  });

const showsPages = (ctx: Context): boolean =>
  (ctx.method === 'GET' || ctx.method === 'HEAD') && ctx.accepts('json', 'html') === 'html';

/** `POST /session` gives a browser that shows its token a session; `DELETE` ends it. */
const session = (ctx: Context, access: ReadAccess): void => {
  const { authorization } = ctx.headers;
  if (ctx.method === 'DELETE') ctx.set('Set-Cookie', forgotten);
  else if (ctx.method !== 'POST') {
    ctx.set('Allow', 'POST, DELETE');
    ctx.status = 405;
    return;
  } else {
    // A session does not open another: only the token itself does.
    const admission = authorization === undefined ? 'no token was sent' : access.admit({ authorization });
    if (admission !== 'granted') throw unauthorized(admission);
    ctx.set('Set-Cookie', access.session(authorization!, isSecure(ctx)));
  }
  ctx.set('Cache-Control', 'no-store');
  ctx.status = 204;
};

/** Here or up to a proxy; a client that says so wrongly makes only its own cookie stricter. */
const isSecure = (ctx: Context): boolean => ctx.secure || ctx.get('X-Forwarded-Proto').startsWith('https');

/** Where read tokens are configured, lets nobody without one past; browsers get a page that asks for it. */
export const requireToken =
  (access: ReadAccess): Middleware =>
  async (ctx, next) => {
    if (access.isOpen || open.has(ctx.path)) {
      await next();
      return;
    }
    if (ctx.path === '/session') return session(ctx, access);
    const admission = access.admit(ctx.headers);
    if (admission !== 'granted') {
      if (!showsPages(ctx)) throw unauthorized(admission);
      await signInPage(ctx, next);
      ctx.status = 401;
      ctx.set({ 'WWW-Authenticate': 'Bearer', 'Cache-Control': 'no-store' });
      return;
    }
    await next();
    if (!ctx.response.get('Cache-Control')) ctx.set('Cache-Control', 'private, no-cache');
  };
