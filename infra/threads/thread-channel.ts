import { type MessagePort } from 'node:worker_threads';

/** One end of a way between two threads. What is sent is copied, but for buffers that are moved. */
export class ThreadChannel {
  readonly #came: unknown[] = [];
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(private readonly port: MessagePort) {
    port.on('message', (message) => {
      this.#came.push(message);
      this.#wake();
    });
    port.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  /** Goes nowhere when the other end is closed. */
  send(message: unknown, moved: readonly ArrayBuffer[] = []): void {
    this.port.postMessage(message, moved);
  }

  /** The next message; undefined when the other end, or this one, has been closed. One at a time. */
  async next(): Promise<unknown> {
    while (this.#came.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#came.shift();
  }

  close(): void {
    this.port.close();
  }
}
