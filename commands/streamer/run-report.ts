import { type FailedSource, withFailure } from './failed-sources.js';
import { type Report, type StreamerEvent } from './streamer-event.js';

/** Hands on what a streamer reports in one run, and keeps what matters of it for the end. */
export class RunReport {
  #failed: readonly FailedSource[] = [];
  #begin: () => void = () => undefined;
  /** Resolves when the first source is on its way, or nothing is to be expected of it yet. */
  readonly hasBegun = new Promise<void>((resolve) => (this.#begin = resolve));

  /** @param tell in turn */
  constructor(private readonly tell: readonly Report[]) {}

  /** The sources that have been given up so far. */
  get failed(): readonly FailedSource[] {
    return this.#failed;
  }

  readonly report = (event: StreamerEvent): void => {
    this.#failed = withFailure(this.#failed, event);
    if (event.kind === 'reading' || event.kind === 'waiting') this.begin();
    for (const tell of this.tell) tell(event);
  };

  begin(): void {
    this.#begin();
  }
}
