import cors from '@koa/cors';
import Koa, { type Middleware } from 'koa';
import compress from 'koa-compress';
import { isLoopback } from '../../domain/loopback.js';
import { anyOrigin, isListed } from '../access/origins.js';
import { entityTags } from '../http/etag.js';
import { securityHeaders } from '../http/security-headers.js';
import { compressPrepared, plainForTheRest, worthCompressing } from '../http/send-prepared.js';
import { answerProblems } from './answer-problems.js';
import { apiRouter } from './api-router.js';
import { type Operation } from './operation.js';

/** What the HTTP side of a gateway is made of. */
export interface AppParts {
  readonly operations: readonly Operation[];
  /** Routes beside the API: probes and pages. */
  readonly plain: Readonly<Record<string, Middleware>>;
  /** Sites whose pages may read answers. */
  readonly origins: readonly string[];
  /** Lets past who may ask, and may ask now. */
  readonly admission: readonly Middleware[];
  /** Keeps answers as they leave. */
  readonly keep: Middleware;
  /** Runs before every operation of the API. */
  readonly freshness: Middleware;
  /** GraphQL and its page. */
  readonly graphql: Middleware;
  /** Sees every request and its answer. */
  readonly count: Middleware;
  readonly log: (error: unknown, method: string, path: string) => void;
}

const exposed = [
  'x-telemetry-revision',
  'x-telemetry-stopped-partitions',
  'x-telemetry-old-since',
  'x-telemetry-deleted-to',
  'ETag',
  'Retry-After',
];

/** Seconds for which a browser need not ask again whether it may. */
const preflightSeconds = 600;

/** Other sites may read when they are in the list. Without credentials: no other site reads by a session. */
const crossOrigin = (origins: readonly string[]): Middleware =>
  cors({
    origin: (ctx) => {
      const origin = ctx.get('Origin');
      if (!isListed(origin, origins)) return '';
      return origins.includes(anyOrigin) ? anyOrigin : origin;
    },
    allowMethods: 'GET,HEAD,POST',
    exposeHeaders: exposed,
    maxAge: preflightSeconds,
  });

/**
 * A browser that has come by https is told to come by nothing else for a year; but not of the machine itself, where it
 * would no longer show anything else that is served there.
 */
const stayWithHttps: Middleware = async (ctx, next) => {
  if (ctx.secure && !isLoopback(ctx.hostname)) ctx.set('Strict-Transport-Security', 'max-age=31536000');
  await next();
};

const onlyBelow =
  (prefix: string, middleware: Middleware): Middleware =>
  async (ctx, next) => {
    await (ctx.path.startsWith(prefix) ? middleware(ctx, next) : next());
  };

/** The koa application, one concern in each middleware. */
export const buildApp = ({
  operations,
  plain,
  origins,
  admission,
  keep,
  freshness,
  graphql,
  count,
  log,
}: AppParts): Koa => {
  const app = new Koa();
  const { routes, refuse } = apiRouter(operations, plain);
  // Errors of a connection that broke are the client's; koa would print them to standard error.
  app.silent = true;
  app.use(count);
  app.use(keep);
  app.use(answerProblems(log));
  app.use(securityHeaders);
  app.use(stayWithHttps);
  app.use(crossOrigin(origins));
  for (const each of admission) app.use(each);
  app.use(compress({ threshold: worthCompressing, br: false }));
  app.use(plainForTheRest);
  app.use(compressPrepared);
  app.use(entityTags);
  app.use(onlyBelow('/api/', freshness));
  app.use(graphql);
  app.use(routes);
  app.use(refuse);
  return app;
};
