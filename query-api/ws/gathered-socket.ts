import { type Socket } from 'node:net';
import { type WebSocket } from 'ws';

/** Bytes on their way to a client that reads; beyond them it is one that does not keep up. */
const mostBuffered = 65_536;

/**
 * A WebSocket whose messages of one turn of the event loop leave in one system call. One by one, thousands of small
 * messages cost most of their time in the kernel.
 */
export class GatheredSocket {
  #gathering = false;

  /** @param wire what the WebSocket writes to: the socket of its upgrade request */
  constructor(
    readonly socket: WebSocket,
    private readonly wire: Socket,
  ) {}

  /** Whether little enough is on its way for another message to be sent without waiting. */
  get hasRoom(): boolean {
    return this.socket.bufferedAmount < mostBuffered;
  }

  /** Resolves when the next one may be sent: at once while there is room, else when this one has left the process. */
  async send(text: string): Promise<void> {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.#gather();
    if (this.hasRoom) this.socket.send(text);
    else await new Promise<void>((resolve) => this.socket.send(text, () => resolve()));
  }

  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.wire.cork();
    setImmediate(() => {
      this.#gathering = false;
      this.wire.uncork();
    });
  }
}
