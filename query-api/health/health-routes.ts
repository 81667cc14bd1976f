import { type Middleware } from 'koa';
import { type Revision } from '../../domain/revision.js';
import { type Health } from './gateway-health.js';

/** What the probes ask. */
export interface Pulse {
  readonly health: () => Health;
  readonly revision: () => Revision;
}

const json = 'application/json; charset=utf-8';

/**
 * `/livez`: the process answers. `/readyz`: it may be sent requests. `/health`: what a person wants to know; 503 when
 * unhealthy, 200 otherwise.
 */
export const healthRoutes = ({ health, revision }: Pulse): Readonly<Record<string, Middleware>> => ({
  '/livez': (ctx) => {
    ctx.body = '{"status":"ok"}';
    ctx.type = json;
  },
  '/readyz': (ctx) => {
    const { ready, checks } = health();
    ctx.status = ready ? 200 : 503;
    if (!ready) ctx.set('Retry-After', '1');
    ctx.body = JSON.stringify({ status: ready ? 'ready' : 'not ready', checks });
    ctx.type = json;
  },
  '/health': (ctx) => {
    const { status, checks } = health();
    ctx.status = status === 'unhealthy' ? 503 : 200;
    ctx.body = JSON.stringify({ status, checks, revision: String(revision()) });
    ctx.type = json;
  },
});
