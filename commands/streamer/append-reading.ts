import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type Fence, LaneWriter } from '../append/lane-writer.js';
import { placement } from '../append/placement.js';
import { type Load, planAppends, type PlannedAppend, type Planning, type Tail } from '../append/plan-appends.js';
import { SpaceGuard } from '../append/space-guard.js';
import { type IdentifiedSource, type SourceReading } from '../source/source.js';
import { gather, type GatheredEnd, type Gathering } from './gather.js';
import { type HeldLane } from './held-lane.js';
import { cutEvery, type Pace, paceOf } from './pace.js';
import { persistenceOf } from './persistence.js';
import { asObserved, restampOf } from './restamp.js';
import { outcomeOf } from './source-outcome.js';
import { type StreamerEvent } from './streamer-event.js';
import { type Streaming } from './streaming.js';
import { type Stops, type Turn } from './turn.js';

/** One reading of a source, and the tail that its first append goes behind. */
export interface ReadingOn {
  readonly source: IdentifiedSource;
  /** Undefined reads from the beginning. */
  readonly from: SourceCheckpoint | undefined;
  /** See `ReadOptions.sameAs`. */
  readonly sameAs: SourceCheckpoint | undefined;
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
  readonly #planning: Planning;
  readonly #pace: Pace;
  #reading: SourceReading | undefined;
  #tail: Tail;
  #settled: Tail;
  #sent = 0;
  #bytesPerRow = 1;
  /** Something found no room before the wish to stop came. Nothing behind it may be sent. */
  #isCutShort = false;

  constructor(
    private readonly on: ReadingOn,
    private readonly streaming: Streaming,
    private readonly stops: Stops,
  ) {
    const { store, inFlight, report, gauge } = streaming;
    this.#tail = on.tail;
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
    this.#pace = paceOf(streaming.speed, streaming.clock());
    const { columns, cluster } = on.source;
    const { encode, log } = streaming;
    this.#planning = { columns, encode, placement: placement(cluster, log.partitions) };
  }

  end(): void {
    this.#over.abort();
  }

  fenced(by: Fence['by']): Turn {
    return { kind: 'fenced', by, progressed: this.#settled !== this.on.tail, settled: this.#settled };
  }

  async run(): Promise<Turn> {
    const { source, from, sameAs, lane } = this.on;
    const stopsReading = AbortSignal.any([this.stops.stop, this.#writer.ended]);
    const started = await source.read(from, { cutEvery: cutEvery(this.streaming.speed), sameAs }, stopsReading);
    if (started.kind === 'refused') return { kind: 'over', outcome: { kind: 'refused', message: started.message } };
    if (started.kind === 'replaced') return { kind: 'over', outcome: started };
    this.#reading = started;
    const { pass, offset } = this.#tail.course;
    this.streaming.report({ kind: 'reading', path: source.path, pass, fromOffset: offset });
    const end = await this.#pump(started, stopsReading);
    await this.#writer.drain();
    const { fence } = this.#writer;
    if (fence) return this.fenced(fence.by);
    // Nothing was in flight when it happened, so nothing was refused or thrown.
    this.stops.abandon.throwIfAborted();
    if (lane.claim.lost.aborted && end.kind === 'aborted' && !this.stops.stop.aborted) {
      return this.fenced('lane');
    }
    if (end.kind === 'ended' && this.streaming.loop) await this.#rest();
    return { kind: 'over', outcome: outcomeOf(end, source, this.#sent > 0) };
  }

  /** The pause between the last observation of a pass and the first of the next. */
  async #rest(): Promise<void> {
    const { stop } = this.stops;
    await this.streaming.pause(this.#pace.rest(), stop).catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
  }

  async #pump(reading: SourceReading, signal: AbortSignal): Promise<GatheredEnd> {
    const { course } = this.#tail;
    for await (const gathered of gather(reading, course, this.#gathering(), signal)) {
      if (gathered.kind === 'end') return gathered.end;
      await this.#append(gathered.load);
      if (this.#writer.fence || this.#isCutShort) break;
    }
    return { kind: 'aborted' };
  }

  #gathering(): Gathering {
    const { batch, deadLetters, log, clock, pause, speed, restamp, now } = this.streaming;
    const { base } = this.#tail.course;
    return {
      batch,
      deadLetters,
      partitions: log.partitions,
      clock,
      pause,
      pace: this.#pace,
      restamp: restamp && base !== null ? restampOf(base, speed, now) : asObserved,
      bytesPerRow: () => this.#bytesPerRow,
    };
  }

  async #append(load: Load): Promise<void> {
    const { streaming } = this;
    // Nothing came behind the end that the checkpoint tells of already.
    if (load.pieces.length === 0 && this.#tail.course.state === 'ended') return;
    for (const planned of planAppends(this.#tail, load, this.#planning, streaming.now())) {
      this.on.lane.nextBatch = planned.after.batch;
      if (!(await this.#hasRoom(planned.bytes))) {
        this.#isCutShort = true;
        return;
      }
      await this.#writer.send(planned);
      if (this.#writer.fence) return;
      this.#tail = planned.after;
      this.#sent++;
      const { events } = planned.covers;
      if (events > 0) this.#bytesPerRow = planned.bytes / events;
    }
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
    const progress = this.#reading!.progress();
    const segments = append.segments.length;
    this.streaming.report({ kind: 'appended', path, how, segments, bytes, progress, ...covers });
  }
}
