import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface ListeningServer {
  readonly server: Server;
  /** The address without a path: `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly port: number;
  /** Takes no new connections, lets requests in flight finish for `graceMs`, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/** How long clients may keep a connection without getting on, in milliseconds. */
export interface Patience {
  /** From the beginning of a request to the end of its headers. */
  readonly headersMs: number;
  /** To the end of its body. */
  readonly requestMs: number;
  /** While nothing of it moves: an answer that is not read, or none that comes. */
  readonly idleMs: number;
  /** Between requests: longer than proxies keep them, because whoever closes first races. */
  readonly keptForMs: number;
  /** How often the first two are looked at. */
  readonly checkMs: number;
}

export const usualPatience: Patience = {
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 120_000,
  keptForMs: 75_000,
  checkMs: 2_000,
};

/** Milliseconds between two looks for connections without a request while the server closes. */
const idleMs = 50;

const listening = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

const close = (server: Server, graceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const limit = setTimeout(() => server.closeAllConnections(), graceMs);
    // A connection whose request was in flight is kept open by its client when it has its answer.
    const idle = setInterval(() => server.closeIdleConnections(), idleMs);
    server.close(() => {
      clearTimeout(limit);
      clearInterval(idle);
      resolve();
    });
    server.closeIdleConnections();
  });

/**
 * Serves HTTP until closed.
 *
 * @param port 0 takes any free one
 * @throws Error with code EADDRINUSE when the port is taken
 */
export const listen = async (
  handle: RequestListener,
  port: number,
  host: string,
  patience = usualPatience,
): Promise<ListeningServer> => {
  const server = createServer(
    {
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      keepAliveTimeout: patience.keptForMs,
      connectionsCheckingInterval: patience.checkMs,
    },
    handle,
  );
  // WebSockets take this away again: they have their heartbeat.
  server.setTimeout(patience.idleMs);
  await listening(server, port, host);
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    server,
    port: address.port,
    origin: `http://${shown}:${address.port}`,
    close: (graceMs) => close(server, graceMs),
  };
};
