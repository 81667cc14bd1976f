import { type Channel } from '../../../../commands/streamer/thread/channel.js';

class End implements Channel {
  other: End | undefined;
  readonly #came: unknown[] = [];
  #isClosed = false;
  #wake = (): void => undefined;

  send(message: unknown, moved: readonly ArrayBuffer[] = []): void {
    if (!this.#isClosed) this.other!.come(structuredClone(message, { transfer: [...moved] }));
  }

  async next(): Promise<unknown> {
    while (this.#came.length === 0 && !this.#isClosed) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#came.shift();
  }

  close(): void {
    this.end();
    this.other!.end();
  }

  come(message: unknown): void {
    if (this.#isClosed) return;
    this.#came.push(message);
    this.#wake();
  }

  end(): void {
    this.#isClosed = true;
    this.#wake();
  }
}

/** Two ends as two threads have them, with all that is sent copied or moved as it is between threads. */
export const channelPair = (): readonly [Channel, Channel] => {
  const [one, other] = [new End(), new End()];
  one.other = other;
  other.other = one;
  return [one, other];
};
