import { type Socket } from 'node:net';
import { type WebSocket } from 'ws';
import { type Departing, type Departures } from './departures.js';
import { textFrame } from './text-frame.js';

/** Bytes on their way to a client that reads; beyond them it is one that does not keep up. */
const mostBuffered = 65_536;

/**
 * A WebSocket whose messages of one turn of the event loop leave in one system call. One by one, thousands of small
 * messages cost most of their time in the kernel.
 */
export class GatheredSocket implements Departing {
  #gathering = false;

  /**
   * @param socket one that neither compresses nor sends in fragments, so that frames may be written beside it
   * @param wire what the WebSocket writes to: the socket of its upgrade request
   */
  constructor(
    readonly socket: WebSocket,
    private readonly wire: Socket,
    private readonly departures: Departures,
  ) {}

  /** Whether little enough is on its way for another message to be sent without waiting. */
  get hasRoom(): boolean {
    return this.wire.writableLength < mostBuffered;
  }

  /** Bytes on their way, among them what the WebSocket itself writes. */
  get unread(): number {
    return this.socket.bufferedAmount;
  }

  send(text: string): Promise<void> | undefined {
    return this.sendFrame(textFrame(Buffer.from(text, 'utf8')));
  }

  /** Undefined when the next one may be sent at once; else it resolves then: when this one has left the process. */
  sendFrame(frame: Buffer): Promise<void> | undefined {
    if (this.socket.readyState !== this.socket.OPEN) return undefined;
    this.#gather();
    if (!this.hasRoom) return new Promise((resolve) => this.wire.write(frame, () => resolve()));
    this.wire.write(frame);
    return undefined;
  }

  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.wire.cork();
    this.departures.add(this);
  }

  /** Lets go what has been gathered. */
  leave(): void {
    this.#gathering = false;
    this.wire.uncork();
  }
}
