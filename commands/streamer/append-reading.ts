import { type TextProgress } from '../../domain/source-text.js';
import { type Fence, LaneWriter } from '../append/lane-writer.js';
import { type PlannedAppend, type Tail } from '../append/plan-appends.js';
import { SpaceGuard } from '../append/space-guard.js';
import { type IdentifiedSource } from '../source/source.js';
import { type GatheredEnd } from './gather.js';
import { type HeldLane } from './held-lane.js';
import { type AppendsBegun, type AppendsStart, firstTail, makeAppends, type ReadFrom } from './make-appends.js';
import { persistenceOf } from './persistence.js';
import { outcomeOf } from './source-outcome.js';
import { type StreamerEvent } from './streamer-event.js';
import { type Streaming } from './streaming.js';
import { type Stops, type Turn } from './turn.js';

/** One reading of a source, and the tail that its first append goes behind. */
export interface ReadingOn extends ReadFrom {
  readonly source: IdentifiedSource;
  readonly lane: HeldLane;
  readonly tail: Tail;
}

/**
 * Reads a source on and appends what comes, until it ends, something fences it, or it is told to stop.
 *
 * Rejects with the reason of `stops.abandon`, or with what the store refuses for good.
 */
export const appendReading = async (on: ReadingOn, streaming: Streaming, stops: Stops): Promise<Turn> => {
  const appending = new Appending(on, streaming, stops);
  try {
    return await appending.run();
  } catch (error) {
    const lost = on.lane.claim.lost.aborted && !stops.abandon.aborted;
    if (lost) return appending.fenced('lane');
    throw error;
  } finally {
    appending.end();
  }
};

const waiting = (message: string | undefined): StreamerEvent =>
  message === undefined ? { kind: 'going-on' } : { kind: 'waiting', message };

class Appending {
  readonly #over = new AbortController();
  readonly #writer: LaneWriter;
  readonly #space: SpaceGuard | undefined;
  #settled: Tail;
  #sent = 0;
  #progress: TextProgress = { readBytes: 0, sizeBytes: undefined };
  /** Something found no room before the wish to stop came. Nothing behind it may be sent. */
  #isCutShort = false;

  constructor(
    private readonly on: ReadingOn,
    private readonly streaming: Streaming,
    private readonly stops: Stops,
  ) {
    const { store, inFlight, report, gauge } = streaming;
    this.#settled = on.tail;
    this.#writer = new LaneWriter(
      {
        store,
        inFlight,
        persistence: persistenceOf(streaming),
        onSettled: (planned, how) => this.#settle(planned, how),
      },
      AbortSignal.any([stops.abandon, on.lane.claim.lost, this.#over.signal]),
    );
    this.#space = gauge && new SpaceGuard({ ...streaming, gauge, onWaiting: (message) => report(waiting(message)) });
  }

  end(): void {
    this.#over.abort();
  }

  fenced(by: Fence['by']): Turn {
    return { kind: 'fenced', by, progressed: this.#settled !== this.on.tail, settled: this.#settled };
  }

  async run(): Promise<Turn> {
    const { source, lane, tail } = this.on;
    const beginning = this.#begin(AbortSignal.any([this.stops.stop, this.#writer.ended]));
    this.#space?.ask(this.#writer.ended);
    const begun = await beginning;
    if (begun.kind === 'refused') return { kind: 'over', outcome: { kind: 'refused', message: begun.message } };
    if (begun.kind === 'replaced') return { kind: 'over', outcome: begun };
    const { pass, offset } = tail.course;
    this.streaming.report({ kind: 'reading', path: source.path, pass, fromOffset: offset });
    const end = await this.#pump(begun);
    await this.#writer.drain();
    const { fence } = this.#writer;
    if (fence) return this.fenced(fence.by);
    // Nothing was in flight when it happened, so nothing was refused or thrown.
    this.stops.abandon.throwIfAborted();
    if (lane.claim.lost.aborted && end.kind === 'aborted' && !this.stops.stop.aborted) {
      return this.fenced('lane');
    }
    if (end.kind === 'ended' && this.streaming.loop) await this.#rest(begun);
    return { kind: 'over', outcome: outcomeOf(end, source, this.#sent > 0) };
  }

  async #begin(signal: AbortSignal): Promise<AppendsStart> {
    const { source, tail } = this.on;
    const { streaming } = this;
    const making = { ...streaming, partitions: streaming.log.partitions };
    return (
      (await streaming.elsewhere?.(source, this.on, tail, making, signal)) ??
      makeAppends(source, this.on, tail.course, firstTail(tail), making, signal)
    );
  }

  /** The pause between the last observation of a pass and the first of the next. */
  async #rest(begun: AppendsBegun): Promise<void> {
    const { stop } = this.stops;
    await this.streaming.pause(begun.rest(), stop).catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
  }

  async #pump(begun: AppendsBegun): Promise<GatheredEnd> {
    for await (const made of begun.appends()) {
      if (made.kind === 'end') return made.end;
      this.#progress = made.progress;
      await this.#append(made.planned);
      if (this.#writer.fence || this.#isCutShort) break;
    }
    return { kind: 'aborted' };
  }

  async #append(planned: PlannedAppend): Promise<void> {
    this.on.lane.nextBatch = planned.after.batch;
    if (!(await this.#hasRoom(planned.bytes))) {
      this.#isCutShort = true;
      return;
    }
    await this.#writer.send(planned);
    if (!this.#writer.fence) this.#sent++;
  }

  /** False when told to stop while there was none. A writer that has ended says why when it is asked to send. */
  async #hasRoom(bytes: number): Promise<boolean> {
    const { ended } = this.#writer;
    const { stop } = this.stops;
    try {
      await this.#space?.room(bytes, ended, stop);
      return true;
    } catch (error) {
      if (!ended.aborted && !stop.aborted) throw error;
      return ended.aborted;
    }
  }

  #settle({ append, covers, bytes, after }: PlannedAppend, how: 'applied' | 'applied-earlier'): void {
    this.#settled = after;
    this.on.lane.heads = after.heads;
    const { path } = this.on.source;
    this.on.source.settled(after.course.offset);
    const segments = append.segments.length;
    this.streaming.report({ kind: 'appended', path, how, segments, bytes, progress: this.#progress, ...covers });
  }
}
