import { type Middleware } from 'koa';
import { Problem } from '../http/problem.js';
import { isAllowedHost } from './allowed-hosts.js';

/** Refuses what was asked of another name than the gateway's own. */
export const requireHost =
  (hosts: readonly string[] | undefined): Middleware =>
  async (ctx, next) => {
    if (!isAllowedHost(ctx.req.headers.host, hosts))
      throw new Problem({
        code: 'misdirected',
        status: 421,
        title: 'Misdirected request',
        detail:
          'This gateway is not asked by that name. Ask it by localhost or an address, or start it with ' +
          '--allowed-host NAME (TELEMETRY_ALLOWED_HOST).',
      });
    await next();
  };
