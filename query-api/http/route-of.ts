import { type Context } from 'koa';
import { withoutLastSlash } from './last-slash.js';

/** The route that answered, so that there are as many series as routes and not as many as addresses. */
export const routeOf = (ctx: Context): string => {
  const route: unknown = '_matchedRoute' in ctx ? ctx['_matchedRoute'] : undefined;
  if (typeof route === 'string') return route;
  return withoutLastSlash(ctx.path) === '/graphql' ? '/graphql' : 'none';
};
