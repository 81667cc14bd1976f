import { type StoreAnswer, type StoreFailure } from '../../domain/store-answer.js';
import { type Pause } from './pause.js';

/** Told while the store does not answer, and once more, with undefined, when it does again. */
export type OnWaiting = (failure: StoreFailure | undefined) => void;

export interface Persistence {
  readonly pause: Pause;
  readonly onWaiting: OnWaiting;
}

/** etcd will never take a call: too large, not permitted. Repeating it would change nothing. */
export class StoreRefusal extends Error {
  constructor(readonly failure: StoreFailure) {
    super(failure.message);
  }
}

/** etcd has not answered for as long as somebody would wait; the message says what to do. */
export class NoAnswer extends Error {
  constructor(readonly failure: StoreFailure) {
    super(noAnswer(failure));
  }
}

const firstPauseMs = 20;
const longestPauseMs = 1_000;
/** A full etcd is not helped by questions. */
const fullPauseMs = 1_000;

/** Milliseconds before the next try, after so many that failed. */
const pauseAfter = (failures: number, { kind }: StoreFailure): number =>
  kind === 'full' ? fullPauseMs : Math.min(firstPauseMs * 2 ** Math.min(failures - 1, 10), longestPauseMs);

/** One lost answer is nothing to tell anybody; two in a row are, and a full etcd is at once. */
const worthTelling = (failures: number, { kind }: StoreFailure): boolean => failures > 1 || kind === 'full';

/** The pauses between the tries of one call, and what is told about them. */
export class Patience {
  #failures = 0;
  #told = false;

  constructor(private readonly persistence: Persistence) {}

  answered(): void {
    if (this.#told) this.persistence.onWaiting(undefined);
    this.#failures = 0;
    this.#told = false;
  }

  /** Waits before the next try. Throws StoreRefusal when none would help; rejects when the signal aborts. */
  async failed(failure: StoreFailure, signal: AbortSignal): Promise<void> {
    if (failure.kind === 'refused') throw new StoreRefusal(failure);
    this.#failures++;
    if (worthTelling(this.#failures, failure)) {
      this.#told = true;
      this.persistence.onWaiting(failure);
    }
    await this.persistence.pause(pauseAfter(this.#failures, failure), signal);
  }
}

/**
 * Makes the same call until it is answered (promise L8): for as long as it takes.
 *
 * Throws StoreRefusal when etcd will never take the call; rejects when the signal aborts.
 */
export const untilAnswered = async <T>(
  call: () => Promise<StoreAnswer<T>>,
  signal: AbortSignal,
  persistence: Persistence,
): Promise<T> => {
  const patience = new Patience(persistence);
  for (;;) {
    signal.throwIfAborted();
    const answer = await call();
    if (answer.kind === 'answered') {
      patience.answered();
      return answer.value;
    }
    await patience.failed(answer.failure, signal);
  }
};

/** For a command, which somebody waits for. Throws NoAnswer when etcd has not answered for so long. */
export const answeredWithin = async <T>(
  call: () => Promise<StoreAnswer<T>>,
  patienceMs: number,
  signal: AbortSignal,
  pause: Pause,
): Promise<T> => {
  const started = performance.now();
  const patience = new Patience({ pause, onWaiting: () => undefined });
  for (;;) {
    signal.throwIfAborted();
    const answer = await call();
    if (answer.kind === 'answered') return answer.value;
    if (performance.now() - started >= patienceMs) throw new NoAnswer(answer.failure);
    await patience.failed(answer.failure, signal);
  }
};

const noAnswer = ({ kind, message }: StoreFailure): string =>
  kind === 'full'
    ? `etcd is full (${message}), and nothing can be recorded: see telemetry status for what frees it, then run this again`
    : `etcd does not answer (${message}): what was asked for may be recorded or not; run this again, which does no harm`;
