import { setTimeout as pause } from 'node:timers/promises';
import { type Etcd3 } from 'etcd3';
import { headRevision } from './range.js';

/** Clocks that differ by less go on as they went. */
const clockWasSetMs = 1_000;

/** Asks etcd for a sign of life every second; what it is asked is a read that needs a leader. */
export class EtcdPulse {
  /** By the clock, and by `performance.now()`, which nobody sets. */
  #answered: { readonly time: number; readonly at: number } | undefined;

  /**
   * When it answered last, in milliseconds since the Unix epoch by the clock as it is now; undefined before that. With a
   * clock that was set back meanwhile, an etcd that is silent would have just answered.
   */
  get lastAnswer(): number | undefined {
    if (this.#answered === undefined) return undefined;
    const { time, at } = this.#answered;
    const byNow = Math.floor(Date.now() - (performance.now() - at));
    return Math.abs(byNow - time) < clockWasSetMs ? time : byNow;
  }

  /** Until the signal aborts. */
  async run(client: Etcd3, signal: AbortSignal, everyMs = 1_000): Promise<void> {
    while (!signal.aborted) {
      await headRevision(client, signal).then(
        () => (this.#answered = { time: Date.now(), at: performance.now() }),
        () => undefined,
      );
      await pause(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
