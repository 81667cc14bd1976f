import { type Fleet } from '../model/fleet.js';

/**
 * Answers that are being made: whoever asks the same of the same state of the models waits for the one that may be given
 * to both, so that a question of many costs no more than one of them when the models change.
 */
export class UnderWay {
  readonly #made = new WeakMap<Fleet, Map<string, Promise<void>>>();

  /** Resolves when it has been made, or is none that others may be given; undefined when none is being made. */
  of(fleet: Fleet, asked: string): Promise<void> | undefined {
    return this.#made.get(fleet)?.get(asked);
  }

  /** Call the answer, once or more often, when nobody is to wait any longer. */
  begin(fleet: Fleet, asked: string): () => void {
    const made = this.#made.get(fleet) ?? new Map<string, Promise<void>>();
    this.#made.set(fleet, made);
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    made.set(asked, ended);
    return () => {
      if (made.get(asked) === ended) made.delete(asked);
      end();
    };
  }
}
