import { type AppendAnswer } from '../../domain/append.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { type AppendStore } from './append-port.js';
import { type PlannedAppend } from './plan-appends.js';
import { settle, type Settlement } from './settle.js';
import { Patience, type Persistence } from './until-answered.js';

export type Fence = Extract<Settlement, { kind: 'fenced' }>;

export interface LaneWriterOptions {
  readonly store: AppendStore;
  /** How many appends may be unsettled at a time; at least 1. */
  readonly inFlight: number;
  readonly persistence: Persistence;
  /** Told of each append in the order of sending, once it stands in the log. */
  readonly onSettled: (planned: PlannedAppend, how: 'applied' | 'applied-earlier') => void;
}

interface Sent {
  readonly planned: PlannedAppend;
  readonly wasFirst: boolean;
  readonly firstTry: Promise<StoreAnswer<AppendAnswer>>;
}

/**
 * Sends the appends of one source in one lane, several at a time, and settles them in the order of sending. Each is sent
 * once at once; what needs another try waits until it is the oldest, because nothing could be concluded before.
 */
export class LaneWriter {
  readonly #queue: Sent[] = [];
  readonly #stopped = new AbortController();
  readonly #signal: AbortSignal;
  #settling = false;
  #fence: Fence | undefined;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  /** @param signal abandons what is in flight, which may or may not be applied: the checkpoint will tell */
  constructor(
    private readonly options: LaneWriterOptions,
    signal: AbortSignal,
  ) {
    this.#signal = AbortSignal.any([signal, this.#stopped.signal]);
  }

  /** Aborts when nothing more can be sent: fenced, failed or abandoned. */
  get ended(): AbortSignal {
    return this.#signal;
  }

  /** Why all that was in flight was dropped. The lane's tail is worthless then. */
  get fence(): Fence | undefined {
    return this.#fence;
  }

  /**
   * Sends an append computed from the tail behind the one before, and waits until one more may be sent. Resolves
   * without sending when fenced; throws what stopped the writer (a refusal by the store, an abort).
   */
  async send(planned: PlannedAppend): Promise<void> {
    this.#throwIfFailed();
    if (this.#fence) return;
    const firstTry = this.options.store.append(planned.append, this.#signal);
    firstTry.catch(() => undefined);
    this.#queue.push({ planned, firstTry, wasFirst: this.#queue.length === 0 });
    if (!this.#settling) void this.#settleAll();
    await this.#until(() => this.#queue.length < this.options.inFlight);
  }

  /** Waits until all that was sent is settled or dropped. */
  async drain(): Promise<void> {
    await this.#until(() => this.#queue.length === 0);
  }

  async #settleAll(): Promise<void> {
    this.#settling = true;
    try {
      for (let head = this.#queue[0]; head; head = this.#queue[0]) {
        const settlement = await this.#conclude(head);
        if (settlement.kind === 'fenced') {
          this.#fence = settlement;
          break;
        }
        this.#queue.shift();
        this.options.onSettled(head.planned, settlement.kind);
        this.#wake();
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#settling = false;
    if (this.#fence || this.#failure) {
      this.#queue.length = 0;
      this.#stopped.abort();
    }
    this.#wake();
  }

  async #conclude({ planned, firstTry, wasFirst }: Sent): Promise<Exclude<Settlement, { kind: 'send-again' }>> {
    const patience = new Patience(this.options.persistence);
    let answer = await firstTry;
    for (let first = wasFirst; ; first = true) {
      const settlement = settle(planned.append, { answer, wasFirst: first });
      if (answer.kind === 'unknown') await patience.failed(answer.failure, this.#signal);
      else patience.answered();
      if (settlement.kind !== 'send-again') return settlement;
      answer = await this.options.store.append(planned.append, this.#signal);
    }
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.#fence && !this.#failure) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.#throwIfFailed();
  }

  #throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
