import { type Socket } from 'node:net';
import { type WebSocket } from 'ws';
import { type Departing, type Departures } from './departures.js';
import { textFrame } from './text-frame.js';

/** Bytes on their way to a client that reads; beyond them it is one that does not keep up. */
const mostBuffered = 65_536;

/**
 * A WebSocket whose updates of one turn of the event loop leave in one system call. One by one, thousands of small
 * messages cost most of their time in the kernel.
 */
export class GatheredSocket implements Departing {
  /** What waits for the end of the turn: nearly always one frame. */
  #first: Buffer | undefined;
  #more: Buffer[] = [];
  #bytes = 0;

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
    return this.wire.writableLength + this.#bytes < mostBuffered;
  }

  /** Bytes on their way, among them what the WebSocket itself writes. */
  get unread(): number {
    return this.socket.bufferedAmount + this.#bytes;
  }

  /** Sends an answer, at once and behind what has been gathered: the connection may be closed next. */
  send(text: string): Promise<void> | undefined {
    this.leave();
    if (this.socket.readyState !== this.socket.OPEN) return undefined;
    return this.#write(textFrame(Buffer.from(text, 'utf8')));
  }

  /** Undefined when the next one may be sent at once; else it resolves then: when this one has left the process. */
  sendFrame(frame: Buffer): Promise<void> | undefined {
    if (this.socket.readyState !== this.socket.OPEN) return undefined;
    if (!this.hasRoom) {
      this.leave();
      return this.#write(frame);
    }
    this.#bytes += frame.length;
    if (this.#first) this.#more.push(frame);
    else {
      this.#first = frame;
      this.departures.add(this);
    }
    return undefined;
  }

  #write(frame: Buffer): Promise<void> | undefined {
    if (!this.hasRoom) return new Promise((resolve) => this.wire.write(frame, () => resolve()));
    this.wire.write(frame);
    return undefined;
  }

  /** Lets go what has been gathered. Behind the closing frame nothing may follow: whoever was closed resumes. */
  leave(): void {
    const [first, more] = [this.#first, this.#more];
    if (!first) return;
    this.#first = undefined;
    this.#bytes = 0;
    if (more.length > 0) this.#more = [];
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (more.length === 0) {
      this.wire.write(first);
      return;
    }
    this.wire.cork();
    for (const frame of [first, ...more]) this.wire.write(frame);
    this.wire.uncork();
  }
}
