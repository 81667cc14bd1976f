import { type RequestListener } from 'node:http';
import { type LogIdentity } from '../domain/log-identity.js';
import { healthRoutes } from './health/health-routes.js';
import { listen, type ListeningServer } from './http/server.js';
import { followIntoModel } from './model/follow.js';
import { waitUntil } from './model/turns.js';
import { type GatewayOptions } from './gateway-options.js';
import { apiVersion } from './openapi/api-version.js';
import { openApiDocument } from './openapi/openapi-document.js';
import { swaggerPage } from './pages/swagger-page.js';
import { buildApp } from './rest/build-app.js';
import { freshness } from './rest/freshness.js';
import { apiOperations } from './rest/api-operations.js';
import { type GatewayPorts, Serving } from './serving.js';
import { type GatewayFigures, tellFigures } from './tell-figures.js';

export interface GatewayEvents {
  /** It listens; it may not be ready yet. */
  readonly onListening: (origin: string) => void;
  /** It has synced and may be sent requests (promise Q1). */
  readonly onReady: (origin: string) => void;
  readonly onError: (error: unknown, method: string, path: string) => void;
  /** Called every second. */
  readonly onFigures?: (figures: GatewayFigures) => void;
}

/** Milliseconds for requests in flight when the gateway stops; the rest of the five seconds is for everything else. */
const graceMs = 3_000;

const startServer = (
  serving: Serving,
  options: GatewayOptions,
  events: GatewayEvents,
  onRequest: () => void,
): Promise<ListeningServer> => {
  const operations = apiOperations(serving.gateway());
  const app = buildApp({
    operations,
    plain: { ...healthRoutes(serving.pulse()), ...swaggerPage(openApiDocument(operations, apiVersion)) },
    freshness: freshness(
      () => serving.health(),
      () => serving.synced,
      () => serving.model?.stopped ?? [],
    ),
    log: events.onError,
  });
  const handle = app.callback();
  const answer: RequestListener = (request, response) => {
    onRequest();
    void handle(request, response);
  };
  return listen(answer, options.port, options.listen);
};

/**
 * Serves until the signal aborts, then says that it is not ready, finishes what is in flight and ends.
 *
 * @param identity comes when the log has been created; probes are answered before
 * @throws Error with code EADDRINUSE when the port is taken; whatever makes it impossible to follow etcd
 */
export const serveGateway = async (
  options: GatewayOptions,
  ports: GatewayPorts,
  identity: (signal: AbortSignal) => Promise<LogIdentity>,
  events: GatewayEvents,
  signal: AbortSignal,
): Promise<void> => {
  const serving = new Serving(ports, options.statusLimits);
  let requests = 0;
  const server = await startServer(serving, options, events, () => requests++);
  events.onListening(server.origin);
  const endFigures = tellFigures(
    serving,
    () => requests,
    (figures) => events.onFigures?.(figures),
  );
  signal.addEventListener('abort', () => serving.stop(), { once: true });
  try {
    const { model, log } = serving.begin(await identity(signal));
    const ready = waitUntil(model.turns, () => serving.synced, Infinity, signal).then((synced) => {
      if (synced) events.onReady(server.origin);
    });
    await followIntoModel(model, ports.feed, log, signal);
    await ready;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    endFigures();
    serving.stop();
    await server.close(graceMs);
  }
};
