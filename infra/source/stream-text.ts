import { type Readable } from 'node:stream';
import {
  type OpenText,
  type SourceText,
  type TextProgress,
  type TextStep,
  type UnsettledText,
} from '../../domain/source-text.js';
import { awakening } from '../../domain/awakening.js';
import { onAbort } from '../../domain/on-abort.js';
import { KeptText } from './kept-text.js';
import { StreamSteps } from './stream-steps.js';

/** Of the beginning, and of what lies before the settled text: by these a source is recognised (promise S2). */
const recognisedBytes = 64 * 1024;
/** So much unsettled text is held; then the stream is left alone until some of it is settled (promise L8). */
const mostUnsettled = 16 * 1024 * 1024;
const mostKept = mostUnsettled + 2 * recognisedBytes;
/** After so much what has been read is handed on, so that some is appended while the rest is read. */
const drainEvery = 8 * 1024 * 1024;
/** A line longer than this is no record: it is counted and hashed, and never given back. */
const surelyNoRecord = 128 * 1024;
/** Without a new byte for so long, what has been read is handed on; sooner where an append is to wait less. */
const idleMillis = 5;

/** So much is a row or a few: what more comes is sent with others, whose names need not be told once for each. */
const fewBytes = 4 * 1024;

const lineFeed = 0x0a;

/**
 * Text that comes once, such as standard input. What is not known to stand in the log is kept, so that it is read again
 * after an append was dropped; while that is much, no more is taken from the stream.
 */
class StreamText implements SourceText {
  readonly isFollowed = false;
  readonly isPlain = false;
  readonly #steps: StreamSteps;
  readonly #kept = new KeptText();
  #head = Buffer.alloc(0);
  #readBytes = 0;
  #settled = 0;
  /** Behind the last line feed that has come. */
  #lineFrom = 0;
  /** When something came last, by `performance.now()`, and where what has come since the last pause begins. */
  #cameAt = -Infinity;
  #cameFrom = 0;
  #isAsked = false;
  #final: TextStep | undefined;
  #wake: () => void = () => undefined;

  constructor(
    readonly path: string,
    stream: Readable,
    private readonly waitMillis: number,
  ) {
    this.#steps = new StreamSteps(stream, (bytes) => (this.#readBytes += bytes));
  }

  progress(): TextProgress {
    return { readBytes: this.#readBytes, sizeBytes: undefined };
  }

  canGoBackTo(from: number): boolean {
    return from >= this.#kept.from;
  }

  settled(offset: number): void {
    this.#settled = Math.max(this.#settled, offset);
    this.#kept.drop(this.#settled - recognisedBytes);
    this.#wake();
  }

  unsettled(): UnsettledText {
    return { bytes: Math.max(0, this.#kept.to - this.#settled), lines: this.#kept.linesFrom(this.#settled) };
  }

  async *steps(from: number, signal: AbortSignal): AsyncGenerator<TextStep, void, undefined> {
    let at = from;
    let drainedAt = from;
    let isIdle = false;
    const forget = onAbort(signal, () => this.#wake());
    try {
      while (!signal.aborted) {
        if (at < this.#kept.to) {
          const bytes = this.#bytesAt(at);
          if (bytes === undefined) return yield { kind: 'broken', message: 'it cannot be read a second time' };
          at += bytes.length;
          isIdle = false;
          yield { kind: 'text', bytes };
          continue;
        }
        if (this.#final !== undefined) return yield this.#final;
        if (at - drainedAt >= drainEvery || (this.#isFull && at > drainedAt)) {
          drainedAt = at;
          yield { kind: 'idle' };
          continue;
        }
        if (!this.#isFull) this.#ask();
        if (this.#hasCome(at)) continue;
        if (this.#isFull || isIdle) {
          await this.#news();
          continue;
        }
        const waitMillis = this.#waitFor(at, drainedAt);
        // The stream gives all that is there at once: what it has not given is not there.
        const hasCome = waitMillis > 0 && (await this.#comes(at, waitMillis, signal));
        if (hasCome || signal.aborted) continue;
        isIdle = true;
        drainedAt = at;
        yield { kind: 'idle' };
      }
    } finally {
      forget();
    }
  }

  /** Bytes that have come before; undefined for those that are forgotten. */
  #bytesAt(offset: number): Uint8Array | undefined {
    if (offset >= this.#kept.from) return this.#kept.bytesAt(offset);
    return offset < this.#head.length ? this.#head.subarray(offset) : undefined;
  }

  get #isFull(): boolean {
    return this.#lineFrom - Math.max(this.#settled, this.#kept.from) >= mostUnsettled;
  }

  /** Waits until something has come, some of the text is settled, or a signal has aborted. */
  #news(): Promise<void> {
    const { promise, wake } = awakening();
    this.#wake = wake;
    return promise;
  }

  get #pauseMillis(): number {
    return Math.min(idleMillis, this.waitMillis);
  }

  /**
   * Milliseconds to wait for more before what has come is handed on. None where a few rows have come after a pause and
   * nothing else is on its way to the log: while something is, more is gathered, so rows in quick succession are not
   * appended one by one.
   */
  #waitFor(at: number, drainedAt: number): number {
    const isAlone = this.#cameFrom === drainedAt && at - drainedAt <= fewBytes;
    return isAlone && this.#settled > 0 && this.#settled >= drainedAt ? 0 : this.#pauseMillis;
  }

  #hasCome(at: number): boolean {
    return this.#kept.to > at || this.#final !== undefined;
  }

  /** Waits for what stands at a place; false when nothing comes for so long, or the signal aborts. */
  async #comes(at: number, waitMillis: number, signal: AbortSignal): Promise<boolean> {
    let isOver = false;
    const end = (): void => {
      isOver = true;
      this.#wake();
    };
    const timer = setTimeout(end, waitMillis);
    while (!this.#hasCome(at) && !isOver && !signal.aborted) await this.#news();
    clearTimeout(timer);
    return this.#hasCome(at);
  }

  /** What was asked for is taken when it comes, whether somebody still waits for it or not; what is there, at once. */
  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#steps.next((step) => {
      this.#isAsked = false;
      this.#take(step);
      this.#wake();
    });
  }

  #take(step: TextStep): void {
    if (step.kind !== 'text') {
      this.#final = step;
      return;
    }
    const { bytes } = step;
    const now = performance.now();
    if (now - this.#cameAt >= this.#pauseMillis) this.#cameFrom = this.#kept.to;
    this.#cameAt = now;
    if (this.#head.length < recognisedBytes) {
      this.#head = Buffer.concat([this.#head, bytes.subarray(0, recognisedBytes - this.#head.length)]);
    }
    const line = bytes.lastIndexOf(lineFeed);
    if (line >= 0) this.#lineFrom = this.#kept.to + line + 1;
    this.#kept.add(bytes);
    this.#kept.drop(this.#settled - recognisedBytes);
    const { from, to } = this.#kept;
    // Nothing can be settled before such a line ends, so its end is not waited for, however far it is.
    if (to - this.#lineFrom > surelyNoRecord && to - from > mostKept) this.#kept.drop(to - bytes.length);
  }
}

/**
 * A stream under a name for messages. Every opening gives the same text: it comes only once. The signal that it is
 * opened with destroys the stream, so that it does not keep the process alive.
 *
 * @param waitMillis how long an append waits for more rows at most
 */
export const streamText = (path: string, stream: Readable, waitMillis = Infinity): OpenText => {
  const text = new StreamText(path, stream, waitMillis);
  return async (signal) => {
    const free = () => stream.destroy();
    if (signal.aborted) free();
    else signal.addEventListener('abort', free, { once: true });
    return { kind: 'opened', text };
  };
};
