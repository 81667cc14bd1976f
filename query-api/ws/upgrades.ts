import { type IncomingMessage } from 'node:http';
import { type Duplex } from 'node:stream';
import { type WebSocket, type WebSocketServer } from 'ws';
import { withoutLastSlash } from '../http/last-slash.js';
import { isOtherUpgrade, passOverOffer } from '../http/other-upgrades.js';
import { type Server } from '../http/server.js';
import { closeCodes } from './close-codes.js';
import { closeSocket } from './close-socket.js';

/** Why a handshake is not made, as its answer says it. */
export interface Refusal {
  readonly status: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Who may have a WebSocket, and what is done with each that is made before anything is read from it. */
export interface Admission {
  readonly refusal: (request: IncomingMessage) => Refusal | undefined;
  readonly accepted: (socket: WebSocket, request: IncomingMessage) => void;
}

const everybody: Admission = { refusal: () => undefined, accepted: () => undefined };

const refuse = (socket: Duplex, { status, headers = {} }: Refusal): void => {
  const lines = Object.entries({ ...headers, Connection: 'close', 'Content-Length': '0' });
  const answer = `HTTP/1.1 ${status}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  // A client that does not close its side would hold the connection for ever.
  socket.end(answer, () => socket.destroy());
};

/**
 * Leads WebSockets to their servers by path: 404 where there is none, 503 where the gateway does not take
 * them, and what `refusal` says for those that may not be served; other offers are passed over. Call the answer with the
 * reason when everybody is to come back.
 */
export const acceptUpgrades = (
  server: Server,
  servers: Readonly<Record<string, WebSocketServer>>,
  takes: () => boolean,
  { refusal, accepted }: Admission = everybody,
): ((why: string) => void) => {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isOtherUpgrade(request)) return passOverOffer(server, request, socket, head);
    socket.on('error', () => socket.destroy());
    const path = withoutLastSlash((request.url ?? '').split('?')[0] ?? '');
    const target = Object.hasOwn(servers, path) ? servers[path] : undefined;
    const refused = refusal(request);
    if (refused) return refuse(socket, refused);
    if (!target) return refuse(socket, { status: '404 Not Found' });
    if (!takes()) return refuse(socket, { status: '503 Service Unavailable' });
    target.handleUpgrade(request, socket, head, (made) => {
      accepted(made, request);
      target.emit('connection', made, request);
    });
  });
  return (why) => {
    for (const each of Object.values(servers))
      for (const client of each.clients) closeSocket(client, closeCodes.comeBack, why);
  };
};
