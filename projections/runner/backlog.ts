import { once } from 'node:events';

/** What one partition may hold folded but not committed before its reader waits (promise P7). */
const mostEvents = 500_000;
const mostBytes = 8 << 20;

/**
 * Counts what has been folded and not yet committed, and makes the reader wait for the committer and the other way
 * round. Waiting ends, without an error, when the signal aborts.
 */
export class Backlog {
  readonly #changes = new EventTarget();
  #open = { segments: 0, events: 0, bytes: 0 };
  #underWay = { segments: 0, events: 0, bytes: 0 };

  get segments(): number {
    return this.#open.segments + this.#underWay.segments;
  }

  /** Whether the reader has to wait. */
  get isFull(): boolean {
    const { events, bytes } = this.#underWay;
    return this.#open.events + events >= mostEvents || this.#open.bytes + bytes >= mostBytes;
  }

  add(events: number, bytes: number): void {
    this.#open.segments += 1;
    this.#open.events += events;
    this.#open.bytes += bytes;
    this.#changed();
  }

  /** The commit that starts now covers all that was added so far; at its end that no longer counts. */
  begin(): () => void {
    this.#underWay = this.#open;
    this.#open = { segments: 0, events: 0, bytes: 0 };
    return () => {
      this.#underWay = { segments: 0, events: 0, bytes: 0 };
      this.#changed();
    };
  }

  /** Waits until something is there to commit. */
  async filled(signal: AbortSignal): Promise<void> {
    while (this.#open.segments === 0 && !signal.aborted) await this.#change(signal);
  }

  /** Waits until the reader may go on. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.isFull && !signal.aborted) await this.#change(signal);
  }

  #changed(): void {
    this.#changes.dispatchEvent(new Event('change'));
  }

  async #change(signal: AbortSignal): Promise<void> {
    await once(this.#changes, 'change', { signal }).catch(() => undefined);
  }
}
