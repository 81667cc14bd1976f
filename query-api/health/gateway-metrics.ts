import { type Middleware } from 'koa';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { routeOf } from '../http/route-of.js';
import { type Serving } from '../serving.js';
import { gaugeGateway, type KeptByProtocols } from './gateway-gauges.js';
import { gaugeGenerations } from './generation-gauges.js';
import { gaugePipeline } from './pipeline-gauges.js';

/** Gauges whose names end as only those of counters may. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

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
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.#registry],
  });

  constructor(serving: Serving, kept: KeptByProtocols) {
    collectDefaultMetrics({ register: this.#registry });
    for (const name of misnamed) this.#registry.removeSingleMetric(name);
    gaugeGateway(this.#registry, serving, kept);
    gaugePipeline(this.#registry, serving);
    gaugeGenerations(this.#registry, (signal) => serving.gateway().projections(signal));
  }

  /** Counts every request that passes. */
  readonly count: Middleware = async (ctx, next) => {
    const since = performance.now();
    await next();
    this.#count(ctx.method, routeOf(ctx), ctx.status, since);
  };

  /** Counts an answer that was given again. */
  readonly countRepeated = (method: string, route: string, since: number): void =>
    this.#count(method, route, 200, since);

  #count(method: string, route: string, status: number, since: number): void {
    this.#seconds.observe({ route }, (performance.now() - since) / 1_000);
    this.#requests.inc({ method, route, status: String(status) });
  }

  /** `/metrics` */
  readonly show: Middleware = async (ctx) => {
    ctx.body = await this.#registry.metrics();
    ctx.set('Content-Type', this.#registry.contentType);
    ctx.set('Cache-Control', 'no-store');
  };
}
