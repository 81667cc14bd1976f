import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { type Server } from './server.js';

/** A connection of Node's server knows the answer whose turn it is. Not documented, and what Node itself goes by. */
interface Connection extends Duplex {
  readonly _httpMessage?: ServerResponse | null;
}

/** Whether a client would change to something else than WebSocket, as to HTTP/2 over a connection without TLS. */
export const isOtherUpgrade = ({ headers: { upgrade = '' } }: IncomingMessage): boolean =>
  upgrade.toLowerCase() !== 'websocket';

/** The head of the request as it came, but for the offer. */
const headWithoutOffer = ({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer => {
  const lines = [`${method!} ${url!} HTTP/${httpVersion}`];
  for (let n = 0; n < rawHeaders.length; n += 2)
    if (rawHeaders[n]!.toLowerCase() !== 'upgrade') lines.push(`${rawHeaders[n]!}: ${rawHeaders[n + 1]!}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
};

/**
 * Passes an offer over that is not taken, as HTTP has it (RFC 9110, 7.8): the request is answered as one that makes none.
 * Node stops reading requests from a connection at any offer, when there is somebody who takes some; so the connection
 * is handed to the server once more, from the beginning of this request on.
 */
export const passOverOffer = (server: Server, request: IncomingMessage, socket: Connection, rest: Buffer): void => {
  const before = socket._httpMessage;
  if (before) {
    // What was asked before on this connection is answered first; Node no longer hears whether it breaks.
    const broken = (): void => void socket.destroy();
    socket.on('error', broken);
    before.once('close', () => {
      socket.off('error', broken);
      if (!socket.destroyed) passOverOffer(server, request, socket, rest);
    });
    return;
  }
  if (rest.length > 0) socket.unshift(rest);
  socket.unshift(headWithoutOffer(request));
  server.emit(socket instanceof TLSSocket ? 'secureConnection' : 'connection', socket);
};
