import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { type WebSocket } from 'ws';
import { type Server } from '../http/server.js';
import { type Refusal } from '../ws/upgrades.js';
import { clientName, senderOf } from './client-address.js';
import { ClientRates } from './client-rates.js';
import { Held } from './held.js';

/** How much one client may have of a gateway; undefined is any number. */
export interface LimitOptions {
  /** Requests and messages of WebSockets a second. */
  readonly perSecond: number | undefined;
  /** Connections at a time; behind proxies, whose connections carry many clients, WebSockets. */
  readonly connections: number | undefined;
  /** Proxies that every request comes through. */
  readonly proxies: number;
}

export const noLimits: LimitOptions = { perSecond: undefined, connections: undefined, proxies: 0 };

const seconds = (milliseconds: number): string => String(Math.max(1, Math.ceil(milliseconds / 1000)));

const tooMany = (waitMs: number): Refusal => ({
  status: '429 Too Many Requests',
  headers: { 'Retry-After': seconds(waitMs) },
});

/** Keeps one client from taking the gateway away from the others. */
export class ClientLimits {
  readonly #rates: ClientRates | undefined;
  readonly #held: Held | undefined;

  constructor(private readonly options: LimitOptions) {
    const { perSecond, connections } = options;
    this.#rates = perSecond === undefined ? undefined : new ClientRates(perSecond);
    this.#held = connections === undefined ? undefined : new Held(connections);
  }

  /** Seconds after which to ask again, as `Retry-After` has them; undefined when the request may be answered. */
  retryAfter(request: IncomingMessage): string | undefined {
    const wait = this.#rates?.ask(senderOf(request, this.options.proxies)) ?? 0;
    return wait === 0 ? undefined : seconds(wait);
  }

  /** Cuts connections that are too many for one client. They could be told nothing before they have sent something. */
  watch(server: Server): void {
    if (!this.#held || this.options.proxies > 0) return;
    const [held, known] = [this.#held, new WeakSet<Socket>()];
    server.on('connection', (socket: Socket) => {
      // Handed to the server once more, as `passOverOffer` does.
      if (known.has(socket)) return;
      known.add(socket);
      const letGo = held.hold(clientName(socket.remoteAddress ?? '') ?? 'unknown');
      if (letGo) socket.once('close', letGo);
      else socket.destroy();
    });
  }

  /** Why a handshake is not made. */
  refusal(request: IncomingMessage): Refusal | undefined {
    const client = senderOf(request, this.options.proxies);
    const wait = this.#rates?.ask(client) ?? 0;
    if (wait > 0) return tooMany(wait);
    if (!this.#held || this.options.proxies === 0) return undefined;
    const letGo = this.#held.hold(client);
    if (!letGo) return tooMany(0);
    request.socket.once('close', letGo);
    return undefined;
  }

  /** Reads no faster from a WebSocket than its client may send: what is too much waits with the client. */
  pace(socket: WebSocket, request: IncomingMessage): void {
    const rates = this.#rates;
    if (!rates) return;
    const client = senderOf(request, this.options.proxies);
    let waiting: NodeJS.Timeout | undefined;
    const count = (): void => {
      const wait = rates.charge(client);
      if (wait === 0) return;
      socket.pause();
      clearTimeout(waiting);
      waiting = setTimeout(() => socket.resume(), wait);
    };
    socket.on('message', count).on('ping', count);
    socket.once('close', () => clearTimeout(waiting));
  }
}
