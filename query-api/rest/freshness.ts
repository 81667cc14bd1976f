import { type Middleware } from 'koa';
import { formatInstant, type Instant } from '../../domain/instant.js';
import { type Stopped } from '../model/log-tail.js';
import { notYet } from '../http/problem.js';

/**
 * Says how far to trust an answer: which partitions have stopped, and since when it may be old because etcd does not
 * answer. Before the models are loaded there is nothing to answer from.
 */
export const freshness =
  (oldSince: () => Instant | undefined, synced: () => boolean, stopped: () => readonly Stopped[]): Middleware =>
  async (ctx, next) => {
    if (!synced()) throw notYet('The gateway is still loading the read models.', 1);
    const since = oldSince();
    if (since !== undefined) {
      ctx.set('Warning', '110 - "Response is Stale"');
      ctx.set('x-telemetry-old-since', formatInstant(since));
    }
    const partitions = stopped().map(({ partition }) => partition);
    if (partitions.length > 0) ctx.set('x-telemetry-stopped-partitions', partitions.join(','));
    await next();
  };
