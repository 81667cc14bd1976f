import { type Middleware } from 'koa';
import { Problem } from '../http/problem.js';
import { type ClientLimits } from './client-limits.js';
import { probes } from './probes.js';

const tooMany = (retryAfter: string): Problem =>
  new Problem({
    code: 'too-many-requests',
    status: 429,
    title: 'Too many requests',
    detail: `Requests of this client come faster than the gateway takes them. Ask again in ${retryAfter} s.`,
    headers: { 'Retry-After': retryAfter },
  });

/** Refuses what a client asks beyond its rate; probes are always answered. */
export const limitRate =
  (limits: ClientLimits): Middleware =>
  async (ctx, next) => {
    const retryAfter = probes.has(ctx.path) ? undefined : limits.retryAfter(ctx.req);
    if (retryAfter !== undefined) throw tooMany(retryAfter);
    await next();
  };
