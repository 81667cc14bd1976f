import { type Context, type Middleware } from 'koa';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { spaceState, type StoreSpace } from '../../domain/store-space.js';
import { lagSegments } from '../model/lag.js';
import { type Serving } from '../serving.js';

/** The route that answered, so that there are as many series as routes and not as many as addresses. */
const routeOf = (ctx: Context): string => {
  const route: unknown = '_matchedRoute' in ctx ? ctx['_matchedRoute'] : undefined;
  if (typeof route === 'string') return route;
  return ctx.path === '/graphql' ? '/graphql' : 'none';
};

/** What Prometheus is told of a gateway at `/metrics`. */
export class GatewayMetrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'telemetry_http_requests_total',
    help: 'Requests answered, by route and status.',
    labelNames: ['method', 'route', 'status'],
    registers: [this.#registry],
  });
  readonly #seconds = new Histogram({
    name: 'telemetry_http_request_seconds',
    help: 'Time to answer a request, in seconds.',
    labelNames: ['route'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [this.#registry],
  });

  constructor(serving: Serving) {
    const fullness = (figure: (space: StoreSpace, alarmed: boolean) => number): number => {
      const known = serving.fullness;
      return known === undefined ? NaN : figure(known.space, known.alarmed);
    };
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge('telemetry_gateway_ready', '1 when the gateway may be sent requests.', () =>
      serving.health().ready ? 1 : 0,
    );
    this.#gauge('telemetry_gateway_revision', 'The revision of the log that is answered from.', () =>
      Number(serving.model?.revision() ?? 0n),
    );
    this.#gauge('telemetry_gateway_lag_segments', 'Segments in the log that are not answered from yet.', () =>
      serving.model ? lagSegments(serving.model) : 0,
    );
    this.#gauge(
      'telemetry_gateway_tail_bytes',
      'Bytes of the log held in memory.',
      () => serving.model?.tail.bytesHeld ?? 0,
    );
    this.#gauge(
      'telemetry_gateway_stopped_partitions',
      'Partitions that a damaged segment has stopped.',
      () => serving.model?.stopped.length ?? 0,
    );
    this.#gauge('telemetry_etcd_used_bytes', 'Bytes in use of the database of the fullest member of etcd.', () =>
      fullness((space) => space.usedBytes),
    );
    this.#gauge('telemetry_etcd_file_bytes', 'Bytes of that database with its free pages.', () =>
      fullness((space) => space.fileBytes),
    );
    this.#gauge('telemetry_etcd_quota_bytes', 'Bytes that it may have.', () => fullness((space) => space.quotaBytes));
    this.#gauge(
      'telemetry_etcd_space_state',
      '0 when etcd has room, 1 when it is nearly full and streamers wait, 2 when it is full and takes no writes.',
      () => fullness((space, alarmed) => ['ok', 'nearly-full', 'full'].indexOf(spaceState(space, alarmed))),
    );
    this.#gauge('telemetry_gateway_subscribers', 'Live subscriptions of telemetry.', () =>
      serving.synced ? serving.gateway().live.subscribers : 0,
    );
  }

  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value());
      },
    });
  }

  /** Counts every request that passes. */
  readonly count: Middleware = async (ctx, next) => {
    const ended = this.#seconds.startTimer();
    await next();
    const route = routeOf(ctx);
    ended({ route });
    this.#requests.inc({ method: ctx.method, route, status: String(ctx.status) });
  };

  /** `/metrics` */
  readonly show: Middleware = async (ctx) => {
    ctx.body = await this.#registry.metrics();
    ctx.set('Content-Type', this.#registry.contentType);
    ctx.set('Cache-Control', 'no-store');
  };
}
