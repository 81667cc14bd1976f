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

const processorMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** Waits until the turn before is over, or the signal aborts. */
const turnAfter = (before: Promise<void>, signal: AbortSignal): Promise<void> =>
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
  #workedMs = 0;

  /**
   * @param othersAreBehind whether another process catches up with what queries answer from
   * @param worked milliseconds of the processor that this process has had
   */
  constructor(
    private readonly othersAreBehind: () => boolean = () => false,
    private readonly worked = processorMs,
  ) {
    this.#workedMs = worked();
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
    const deadline = performance.now() + longestWaitMs;
    while (this.#isSomethingBehind && performance.now() < deadline && !signal.aborted)
      await pause(betweenLooksMs, undefined, { signal }).catch(() => undefined);
  }

  get #isSomethingBehind(): boolean {
    return this.#behind > 0 || this.othersAreBehind();
  }

  /** Lets the others have their turn after some folding; ends early when the signal aborts. */
  async rest(isBuild: boolean, signal: AbortSignal): Promise<void> {
    if (!isBuild) return breathe();
    const before = this.#last;
    let done: () => void = () => undefined;
    this.#last = new Promise((resolve) => (done = resolve));
    await turnAfter(before, signal);
    await this.#giveWay(signal);
    done();
  }

  async #giveWay(signal: AbortSignal): Promise<void> {
    const restMs = Math.min(restPerWork * (this.worked() - this.#workedMs), longestRestMs);
    if (this.#isSomethingBehind) await pause(restMs, undefined, { signal }).catch(() => undefined);
    else await breathe();
    this.#workedMs = this.worked();
  }
}
