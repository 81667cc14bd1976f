import { setImmediate as breathe, setTimeout as pause } from 'node:timers/promises';
import { onAbort } from '../../domain/on-abort.js';

/**
 * While what queries answer from is behind, what is built rests so many times as long as this process has worked since
 * its last turn: it goes on all the same. Its folding is less than half of what it costs; the rest is etcd's client,
 * commits and the garbage of both, so that only the time of the processor says what it takes from others.
 */
const restPerWork = 9;
/** What is behind may have come far by then. */
const longestRestMs = 500;
/** Loading what was built so far takes from etcd what those who answer are waiting for. */
const longestWaitMs = 20_000;
const betweenLooksMs = 100;
/**
 * Others are heeded so long, and as long again for each moment in which none of them is behind: one that starts again and
 * again, and never gets there, is not to hold up for ever what is built.
 */
const longestHeedMs = 60_000;
/** Between two looks more than this may have happened that nobody saw. */
const longestLookMs = 1_000;

const processorMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** Waits until the turn before is over, or the signal aborts. */
const waitFor = (before: Promise<void>, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return void resolve();
    const forget = onAbort(signal, resolve);
    void before.then(() => {
      forget();
      resolve();
    });
  });

/**
 * What queries answer from goes first. What is built takes turns, one partition between two looks at what etcd has
 * answered; and while something that queries answer from is behind the log, here or in another process that shares the
 * machine or etcd, it works a part of the time.
 */
export class Precedence {
  #behind = 0;
  /** The turn of a build that was asked for last. */
  #last: Promise<void> = Promise.resolve();
  /** Of the processor, when the last turn of a build began. */
  #workedMs: number;
  /** How long others have been heeded, less how long there was no need to; and when that was found out. */
  #heededMs = 0;
  #lookedAt: number;

  /**
   * @param othersAreBehind whether another process catches up with what queries answer from
   * @param worked milliseconds of the processor that this process has had
   * @param now milliseconds of a clock that only goes forward
   */
  constructor(
    private readonly othersAreBehind: () => boolean,
    private readonly worked = processorMs,
    private readonly now = () => performance.now(),
  ) {
    this.#workedMs = worked();
    this.#lookedAt = now();
  }

  /** How much of what queries answer from is behind here. */
  get behind(): number {
    return this.#behind;
  }

  /** Something that queries answer from is on its way to the log's end. Call what is returned when it is there, or given up. */
  begin(): () => void {
    this.#behind += 1;
    let over = false;
    return () => {
      if (!over) this.#behind -= 1;
      over = true;
    };
  }

  /** Waits before a build is begun, or gone on with by another owner, while something is behind; not for ever. */
  async first(signal: AbortSignal): Promise<void> {
    // What begins in the same moment has to be heard of.
    await breathe();
    const deadline = this.now() + longestWaitMs;
    while (this.#isSomethingBehind() && this.now() < deadline && !signal.aborted)
      await pause(betweenLooksMs, undefined, { signal }).catch(() => undefined);
  }

  /** Lets the others have their turn after some folding; ends early when the signal aborts. */
  async rest(isBuild: boolean, signal: AbortSignal): Promise<void> {
    if (!isBuild) return breathe();
    const before = this.#last;
    let done: () => void = () => undefined;
    this.#last = new Promise((resolve) => (done = resolve));
    try {
      await waitFor(before, signal);
      await this.#giveWay(signal);
    } finally {
      // Who gave up waiting hands on the turn only when it has come.
      void before.then(done);
    }
  }

  async #giveWay(signal: AbortSignal): Promise<void> {
    const restMs = Math.min(restPerWork * (this.worked() - this.#workedMs), longestRestMs);
    if (this.#isSomethingBehind()) await pause(restMs, undefined, { signal }).catch(() => undefined);
    else await breathe();
    this.#workedMs = this.worked();
  }

  #isSomethingBehind(): boolean {
    const heedsOthers = this.#heedsOthers();
    return this.#behind > 0 || heedsOthers;
  }

  #heedsOthers(): boolean {
    const passedMs = Math.min(this.now() - this.#lookedAt, longestLookMs);
    this.#lookedAt = this.now();
    const areBehind = this.othersAreBehind();
    this.#heededMs = areBehind
      ? Math.min(this.#heededMs + passedMs, longestHeedMs)
      : Math.max(this.#heededMs - passedMs, 0);
    return areBehind && this.#heededMs < longestHeedMs;
  }
}
