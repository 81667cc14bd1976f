import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { headRevision } from './range.js';

/** Asks etcd for a sign of life every second; what it is asked is a read that needs a leader. */
export class EtcdPulse {
  #lastAnswer: number | undefined;

  /** When it answered last, in milliseconds since the Unix epoch; undefined before its first answer. */
  get lastAnswer(): number | undefined {
    return this.#lastAnswer;
  }

  /** Until the signal aborts. */
  async run(client: Etcd3, signal: AbortSignal, everyMs = 1_000): Promise<void> {
    while (!signal.aborted) {
      await headRevision(client, signal).then(
        () => (this.#lastAnswer = Date.now()),
        () => undefined,
      );
      await pause(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
