import { createServer, type RequestListener, type Server as PlainServer } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { handRequests } from './malformed.js';
import { type Tls } from './tls.js';

export type Server = PlainServer | SecureServer;

export interface ListeningServer {
  readonly server: Server;
  /** The address without a path: `http://127.0.0.1:8080`, or https. */
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

/** Over https where there is something to speak it with. */
const create = (patience: Patience, tls: Tls | undefined): Server => {
  const limits = {
    headersTimeout: patience.headersMs,
    requestTimeout: patience.requestMs,
    keepAliveTimeout: patience.keptForMs,
    connectionsCheckingInterval: patience.checkMs,
    // Refused by `handRequests`, which says why.
    requireHostHeader: false,
  };
  return tls
    ? createSecureServer({ ...limits, ...tls.keyPair, handshakeTimeout: patience.headersMs })
    : createServer(limits);
};

/** New connections are made with the newest pair; those that there are go on with theirs. */
const renew = async (server: Server, { changes }: Tls): Promise<void> => {
  const ended = new AbortController();
  server.once('close', () => ended.abort());
  for await (const pair of changes(ended.signal)) if ('setSecureContext' in server) server.setSecureContext(pair);
};

export interface ListenOptions {
  /** 0 takes any free one. */
  readonly port: number;
  readonly listen: string;
  readonly patience: Patience;
  readonly tls?: Tls | undefined;
}

/**
 * Serves HTTP until closed.
 *
 * @throws Error with code EADDRINUSE when the port is taken
 */
export const listen = async (
  handle: RequestListener,
  { port, listen: host, patience, tls }: ListenOptions,
): Promise<ListeningServer> => {
  const server = create(patience, tls);
  handRequests(server, handle);
  // WebSockets take this away again: they have their heartbeat.
  server.setTimeout(patience.idleMs);
  await listening(server, port, host);
  if (tls) void renew(server, tls);
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    server,
    port: address.port,
    origin: `${tls ? 'https' : 'http'}://${shown}:${address.port}`,
    close: (graceMs) => close(server, graceMs),
  };
};
