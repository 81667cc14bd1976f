import { firstSegmentVersion } from '../../domain/segment-version.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { type Pause } from '../append/pause.js';

const lookEveryMs = 1_000;

/**
 * The version that a streamer writes segments in: the newest that every living reader of the log reads (promise L6). It
 * begins with the one that all read, and a streamer whose program writes no newer one asks for nothing.
 */
export class WrittenVersion {
  #current = firstSegmentVersion;

  /** @param newest that the program writes */
  constructor(private readonly newest: number) {}

  get current(): number {
    return this.#current;
  }

  /**
   * Asks until the newest is written, or the signal aborts. Never rejects: an etcd that does not answer changes nothing,
   * and one that does not let a streamer ask is told of once.
   *
   * @param raise records what may stand in the log, as far as readers allow; gives what may stand there then
   */
  async follow(
    raise: (newest: number, signal: AbortSignal) => Promise<StoreAnswer<number>>,
    pause: Pause,
    notice: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    let told = false;
    while (!signal.aborted && this.#current < this.newest) {
      const why = await this.#ask(raise, signal);
      if (signal.aborted || this.#current === this.newest) return;
      if (why !== undefined && !told) {
        told = true;
        notice(
          `Segments are written in version ${String(this.#current)}, because nobody knows who reads a newer one: ${why}`,
        );
      }
      await pause(lookEveryMs, signal).catch(() => undefined);
    }
  }

  /** Why no answer is to be hoped for, if so. */
  async #ask(
    raise: (newest: number, signal: AbortSignal) => Promise<StoreAnswer<number>>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    try {
      const answer = await raise(this.newest, signal);
      if (answer.kind === 'answered') this.#current = Math.min(answer.value, this.newest);
      else if (answer.failure.kind === 'refused') return answer.failure.message;
    } catch (error) {
      return String(error);
    }
    return undefined;
  }
}
