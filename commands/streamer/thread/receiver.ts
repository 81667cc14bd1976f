import { onAbortOrNow } from '../../../domain/on-abort.js';
import { type DeadLetterLimits } from '../dead-letter-limits.js';
import { type Made, type Order } from './appends-request.js';
import { type Channel } from './channel.js';

/** What another thread makes for this one. Whoever has it ends it. */
export class Receiver {
  readonly #forget: () => void;

  /** @param path of what is read, for messages */
  constructor(
    private readonly channel: Channel,
    private readonly path: string,
    private readonly signal: AbortSignal,
    private readonly limits?: DeadLetterLimits,
  ) {
    this.#forget = onAbortOrNow(signal, () => this.order({ kind: 'stop' }));
  }

  /**
   * What is next but for questions, which are answered.
   *
   * @throws the signal's reason, or an Error with what failed there
   */
  async next(): Promise<Made> {
    for (;;) {
      const made = (await this.channel.next()) as Made | undefined;
      if (made?.kind === 'count') {
        this.order({ kind: 'others', amount: await this.limits!.countInFile!(made.own) });
        continue;
      }
      if (made !== undefined && made.kind !== 'failed') return made;
      this.signal.throwIfAborted();
      const why = made === undefined ? 'its thread has ended' : made.message;
      throw new Error(`reading ${this.path} failed: ${why}`);
    }
  }

  order(order: Order): void {
    this.channel.send(order);
  }

  end(): void {
    this.#forget();
    this.channel.close();
  }
}
