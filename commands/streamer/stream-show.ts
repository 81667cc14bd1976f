import { RecentRate } from '../../domain/recent-rate.js';
import { bytesLeft, newsOf, noFigures, type StreamFigures, totalProgress, withEvent } from './stream-figures.js';
import { type StreamerEvent } from './streamer-event.js';

/** Where a streamer's doings are shown. */
export interface Showing {
  readonly display: {
    show(state: { readonly done: number; readonly total: number | undefined; readonly text: string }): void;
    say(line: string): void;
  };
  /** Figures by name for `telemetry status`. */
  readonly announce: (details: Readonly<Record<string, unknown>>) => void;
  /** Milliseconds, of a clock that only goes forward. */
  readonly clock: () => number;
  /** True for sources that never end by themselves. */
  readonly endless: boolean;
}

const announceEveryMs = 1_000;

/** A loop goes on for ever: that a pass ends and another begins is no news. */
const isPassOfLoop = (event: StreamerEvent): boolean =>
  (event.kind === 'reading' && event.pass > 0 && event.fromOffset === 0) ||
  (event.kind === 'source-over' && event.outcome === 'done');

/** Sums up what a streamer reports, and shows it as it changes. */
export class StreamShow {
  figures: StreamFigures = noFigures;
  readonly #started: number;
  readonly #recent = new RecentRate();
  #announced = -Infinity;

  constructor(private readonly showing: Showing) {
    this.#started = showing.clock();
  }

  get seconds(): number {
    return (this.showing.clock() - this.#started) / 1000;
  }

  readonly report = (event: StreamerEvent): void => {
    const repeated = event.kind === 'waiting' && event.message === this.figures.waiting;
    this.figures = withEvent(this.figures, event);
    const news = newsOf(event);
    const isRoutine = this.showing.endless && isPassOfLoop(event);
    if (news !== undefined && !repeated && !isRoutine) this.showing.display.say(news);
    const isStep = event.kind === 'appended' || event.kind === 'splitting';
    if (isStep) this.#showProgress();
    if (!isStep || this.#isDue()) this.#announce(this.showing.endless);
  };

  /** To be called about once a second: while nothing happens the rate falls, and that is news. */
  readonly tick = (): void => {
    if (this.#isDue()) this.#announce(this.showing.endless);
  };

  #isDue(): boolean {
    return this.showing.clock() - this.#announced >= announceEveryMs;
  }

  /** The sources have ended, and the streamer only waits from now on. */
  idle(): void {
    this.#announce(true);
  }

  #announce(endless: boolean): void {
    this.#announced = this.showing.clock();
    const { rows, events, deadLetters, appliedEarlier, waiting, lane, reading } = this.figures;
    this.showing.announce({
      ...{ lane: lane ?? null, sources: [...reading] },
      ...{ rows, events, dead_letters: deadLetters, applied_earlier: appliedEarlier },
      rows_per_second: Math.round(this.#recent.perSecond(this.showing.clock(), rows)),
      lag_bytes: bytesLeft(this.figures) ?? null,
      ...{ waiting: waiting ?? null, endless },
    });
  }

  #showProgress(): void {
    const { rows, deadLetters } = this.figures;
    const { readBytes, sizeBytes } = totalProgress(this.figures);
    const letters = deadLetters === 0 ? '' : `, ${String(deadLetters)} dead letters`;
    const text = `${String(rows)} rows, ${String(this.#rate())} rows/s, ${(readBytes / 2 ** 20).toFixed(1)} MiB${letters}`;
    this.showing.display.show({ done: readBytes, total: sizeBytes, text });
  }

  #rate(): number {
    return this.seconds > 0 ? Math.round(this.figures.rows / this.seconds) : 0;
  }
}
