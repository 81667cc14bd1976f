import { type DeadLetterAmount } from '../dead-letter-limits.js';
import { type Made, type Order } from './appends-request.js';
import { type Channel } from './channel.js';

/** What who sends appends wants of who makes them. */
export class Orders {
  readonly #stop = new AbortController();
  #wanted: number;
  #wake: () => void = () => undefined;
  #counted: { readonly tell: (others: DeadLetterAmount) => void; readonly fail: (error: Error) => void } | undefined;

  /** @param wanted so many appends are wanted before the first order */
  constructor(
    private readonly channel: Channel,
    wanted: number,
  ) {
    this.#wanted = wanted;
    void this.#listen();
  }

  /** Aborts when reading is to end, and when nobody listens any more. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  /** Waits until one more is wanted. What was made before reading was stopped is wanted, too. */
  async next(): Promise<void> {
    while (this.#wanted === 0 && !this.#stop.signal.aborted) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.#wanted = Math.max(0, this.#wanted - 1);
  }

  /** See `DeadLetterLimits.countInFile`. Rejects with the signal's reason when stopped. One at a time. */
  async count(own: DeadLetterAmount): Promise<DeadLetterAmount> {
    this.#stop.signal.throwIfAborted();
    this.channel.send({ kind: 'count', own } satisfies Made);
    return new Promise((tell, fail) => (this.#counted = { tell, fail }));
  }

  end(): void {
    this.#stop.abort();
    this.#counted?.fail(this.#stop.signal.reason as Error);
    this.#wake();
  }

  async #listen(): Promise<void> {
    for (;;) {
      const order = (await this.channel.next()) as Order | undefined;
      if (order?.kind === 'more') this.#wanted++;
      else if (order?.kind === 'others') this.#counted?.tell(order.amount);
      else this.end();
      this.#wake();
      if (order === undefined) return;
    }
  }
}
