import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { type Registry } from 'prom-client';

/** What a process that serves nothing else shows of itself. */
export interface MetricsServerOptions {
  readonly registry: Registry;
  /** 0 is any free one. */
  readonly port: number;
  readonly listen: string;
  /** Whether it does its work; `/readyz` answers 503 until then. */
  readonly ready: () => boolean;
}

export interface MetricsServer {
  /** Such as `http://127.0.0.1:9400`. */
  readonly origin: string;
  close(): void;
}

const answerOf = async (path: string, { registry, ready }: MetricsServerOptions): Promise<[number, string, string]> => {
  const json = 'application/json; charset=utf-8';
  if (path === '/metrics') return [200, registry.contentType, await registry.metrics()];
  if (path === '/livez') return [200, json, '{"status":"ok"}'];
  if (path === '/readyz') return ready() ? [200, json, '{"status":"ready"}'] : [503, json, '{"status":"not ready"}'];
  return [404, json, '{"status":"not found"}'];
};

const listening = async (server: Server, port: number, host: string): Promise<AddressInfo> => {
  server.listen(port, host);
  await once(server, 'listening');
  return server.address() as AddressInfo;
};

/**
 * `/metrics`, `/livez` and `/readyz` of a streamer or a collector.
 *
 * @throws Error with code EADDRINUSE when the port is taken
 */
export const serveMetrics = async (options: MetricsServerOptions): Promise<MetricsServer> => {
  const handle: RequestListener = (request, response) => {
    void answerOf(request.url ?? '', options).then(([status, type, body]) =>
      response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body),
    );
  };
  const server = createServer(handle);
  const { port, family, address } = await listening(server, options.port, options.listen);
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { origin: `http://${family === 'IPv6' ? `[${address}]` : address}:${String(port)}`, close };
};
