import Router, { type RouterMiddleware } from '@koa/router';
import { type Context, type Middleware } from 'koa';
import { clientGone } from '../http/client-gone.js';
import { readBody } from '../http/read-body.js';
import { sendPrepared } from '../http/send-prepared.js';
import { Problem } from '../http/problem.js';
import { type Operation } from './operation.js';
import { type AnswerState } from './repeated-answers.js';

const answer =
  ({ run, method }: Operation): Middleware =>
  async (ctx) => {
    const path = (ctx as Context & { readonly params: Record<string, string> }).params;
    const query = new URLSearchParams(ctx.querystring);
    const authorization = ctx.get('Authorization') || undefined;
    const sent = () => readBody(ctx.req, 'Send none.');
    const { body, fleet, headers, lasting } = await run({ path, query, authorization, sent, signal: clientGone(ctx) });
    if (method === 'post') ctx.status = 202;
    ctx.set('x-telemetry-revision', String(fleet.revision));
    ctx.set(headers);
    sendPrepared(ctx, body);
    Object.assign(ctx.state, { fleet, lasting } satisfies AnswerState);
  };

/** Routes by OpenAPI paths. */
export const apiRouter = (
  operations: readonly Operation[],
  plain: Readonly<Record<string, Middleware>>,
): { readonly routes: Middleware; readonly refuse: Middleware } => {
  // Whoever looks at a path before it comes here, to let it past or to mark answers, looks for it as it is written.
  const router = new Router({ strict: true, sensitive: true });
  for (const operation of operations) {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
    router[operation.method]([path, `${path}/`], answer(operation) as RouterMiddleware);
  }
  for (const [path, middleware] of Object.entries(plain)) {
    router.get(path, middleware as RouterMiddleware);
    // Links on a page at `/page/` would go wrong at `/page`.
    if (path.endsWith('/') && path !== '/') router.get(path.slice(0, -1), (ctx) => ctx.redirect(path));
  }
  return { routes: router.routes() as Middleware, refuse: refuse(router) };
};

/** What no route took: 405 where other methods are served, else 404. */
const refuse =
  (router: Router): Middleware =>
  (ctx) => {
    const { path } = router.match(ctx.path, ctx.method);
    const allowed = [...new Set(path.flatMap(({ methods }) => methods))];
    if (allowed.length === 0)
      throw new Problem({
        code: 'not-found',
        status: 404,
        title: 'Not found',
        detail: `There is nothing at ${ctx.path.slice(0, 200)}. The API is described at /swagger/.`,
      });
    const allow = [...allowed, 'OPTIONS'].join(', ');
    ctx.set('Allow', allow);
    if (ctx.method === 'OPTIONS') {
      ctx.status = 204;
      return;
    }
    throw new Problem({
      code: 'method-not-allowed',
      status: 405,
      title: 'Method not allowed',
      detail: `${ctx.method} is not served at ${ctx.path.slice(0, 200)}; allowed: ${allow}.`,
      headers: { Allow: allow },
    });
  };
