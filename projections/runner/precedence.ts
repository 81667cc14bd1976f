import { setImmediate as breathe, setTimeout as pause } from 'node:timers/promises';

/** What is built rests so many times as long as it worked while what queries answer from is behind: it goes on all the same. */
const restPerWork = 3;
/** A process that was stopped in its work, or has too little of a processor, is not to be deaf for long. */
const longestRestMs = 200;

/** What queries answer from goes first: while some of it is behind the log, what is built anew works a part of the time. */
export class Precedence {
  #behind = 0;

  /** Somebody begins to read what queries answer from. Call what is returned when the backlog is over, or the reading. */
  begin(): () => void {
    this.#behind += 1;
    let over = false;
    return () => {
      if (!over) this.#behind -= 1;
      over = true;
    };
  }

  /** Lets the others have their turn after so many milliseconds of folding; ends early when the signal aborts. */
  async rest(workedMs: number, isBuild: boolean, signal: AbortSignal): Promise<void> {
    const restMs = Math.min(restPerWork * workedMs, longestRestMs);
    if (isBuild && this.#behind > 0) await pause(restMs, undefined, { signal }).catch(() => undefined);
    else await breathe();
  }
}
