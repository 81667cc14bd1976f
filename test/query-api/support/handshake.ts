import { request } from 'node:http';
import { WebSocket } from 'ws';

/** What came of a handshake: 101 when there is a WebSocket, which is closed again. */
export interface Handshake {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The subprotocol that the gateway chose. */
  readonly protocol: string;
}

/** Makes the handshake of a WebSocket with just these headers, as any program can. */
export const shakeHands = (
  origin: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  protocols: readonly string[] = [],
): Promise<Handshake> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}${path}`, [...protocols], { headers });
    socket.once('open', () => {
      socket.close();
      resolve({ status: 101, headers: {}, protocol: socket.protocol });
    });
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, protocol: '' });
      socket.terminate();
    });
    socket.once('error', reject);
  });

/** A request whose headers are sent as they are, those too that fetch keeps to itself. */
export const rawRequest = (
  origin: string,
  path: string,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
  method = 'GET',
  body?: string,
): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const sent = request(`${origin}${path}`, { method, headers: headers as Record<string, string | string[]> });
    sent.once('error', reject).once('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part)).once('error', reject);
      response.once('end', () => {
        const { statusCode: status = 0, headers: got } = response;
        resolve({ status, headers: got, text: Buffer.concat(parts).toString('utf8') });
      });
    });
    sent.end(body);
  });
