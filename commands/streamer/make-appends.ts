import { type Instant } from '../../domain/instant.js';
import { type SegmentEncoder } from '../../domain/segment/encode.js';
import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type TextProgress } from '../../domain/source-text.js';
import { type BatchLimits } from '../append/batch.js';
import { type Pause } from '../append/pause.js';
import { placement } from '../append/placement.js';
import {
  encodeLoad,
  type EncodedLoad,
  planAppends,
  type PlannedAppend,
  type Planning,
  type Tail,
} from '../append/plan-appends.js';
import { type Course } from '../append/source-course.js';
import {
  type IdentifiedSource,
  type SourceReading,
  type SourceRefusal,
  type SourceReplaced,
} from '../source/source.js';
import { gather, type GatheredEnd, type Gathering } from './gather.js';
import { type DeadLetterLimits } from './dead-letter-limits.js';
import { baseByClock, cutEvery, type Pace, paceOf, type Speed } from './pace.js';
import { asObserved, restampOf } from './restamp.js';

/** Where a source is read on. */
export interface ReadFrom {
  /** Undefined reads from the beginning. */
  readonly from: SourceCheckpoint | undefined;
  /** See `ReadOptions.sameAs`. */
  readonly sameAs: SourceCheckpoint | undefined;
}

/** What appends are made by, whoever sends them. */
export interface Making {
  readonly partitions: number;
  readonly batch: BatchLimits;
  readonly deadLetters: DeadLetterLimits;
  readonly speed: Speed;
  /** True to give rows present times. */
  readonly restamp: boolean;
  readonly encode: SegmentEncoder;
  readonly now: () => Instant;
  /** Milliseconds, of a clock that only goes forward. */
  readonly clock: () => number;
  readonly pause: Pause;
}

/** The next append of a source, or why there is none. */
export type MadeAppend =
  | { readonly kind: 'append'; readonly planned: PlannedAppend; readonly progress: TextProgress }
  | { readonly kind: 'end'; readonly end: GatheredEnd };

/** A source that is read and made into appends. */
export interface AppendsBegun {
  readonly kind: 'begun';
  /** Once only: appends, each behind the one before, then the end. The next one is made when it is asked for. */
  appends(): AsyncIterable<MadeAppend>;
  /** Milliseconds from the last observation to where the next would have been. */
  rest(): number;
}

export type AppendsStart = AppendsBegun | SourceRefusal | SourceReplaced;

/** Where the first append of a source goes: who reads it may begin before that is known. */
export interface FirstTail {
  /** Undefined as long as it is not known. */
  readonly known: () => Tail | undefined;
  readonly wait: () => Promise<Tail>;
}

/** One that is known. */
export const firstTail = (tail: Tail): FirstTail => ({ known: () => tail, wait: async () => tail });

/**
 * Loads that are read and encoded before it is known where they go: half a million rows. A streamer finds that out
 * meanwhile.
 */
const mostAhead = 2;

/** A load that waits for where it goes. */
interface Waiting {
  readonly load: EncodedLoad;
  readonly progress: TextProgress;
}

/**
 * Reads a source on and makes appends of what comes.
 *
 * @param course of the tail
 * @throws the signal's reason when it aborts before reading has begun
 */
export const makeAppends = async (
  source: IdentifiedSource,
  { from, sameAs }: ReadFrom,
  course: Course,
  tail: FirstTail,
  making: Making,
  signal: AbortSignal,
): Promise<AppendsStart> => {
  const reading = await source.read(from, { cutEvery: cutEvery(making.speed), sameAs }, signal);
  if (reading.kind !== 'reading') return reading;
  const maker = new AppendMaker(source, reading, course, making);
  return { kind: 'begun', appends: () => maker.appends(tail, signal), rest: () => maker.rest() };
};

class AppendMaker {
  readonly #pace: Pace;
  readonly #planning: Planning;
  #bytesPerRow = 1;

  constructor(
    source: IdentifiedSource,
    private readonly reading: SourceReading,
    private readonly course: Course,
    private readonly making: Making,
  ) {
    const { base } = course;
    const { now, clock } = making;
    this.#pace = paceOf(making.speed, base === null ? clock() : baseByClock(base, now(), clock()));
    const { columns, cluster } = source;
    this.#planning = { columns, encode: making.encode, placement: placement(cluster, making.partitions) };
  }

  async *appends(first: FirstTail, signal: AbortSignal): AsyncGenerator<MadeAppend, void, undefined> {
    let tail: Tail | undefined;
    const waiting: Waiting[] = [];
    for await (const gathered of gather(this.reading, this.course, this.#gathering(), signal)) {
      const ends = gathered.kind === 'end';
      if (!ends) waiting.push({ load: encodeLoad(gathered.load, this.#planning), progress: this.reading.progress() });
      tail ??= first.known();
      if (tail === undefined && !ends && waiting.length < mostAhead) continue;
      for (const { load, progress } of waiting.splice(0)) {
        for (const planned of this.#plan((tail ??= await first.wait()), load)) {
          tail = planned.after;
          yield { kind: 'append', planned, progress };
        }
      }
      if (ends) yield gathered;
    }
  }

  rest(): number {
    return this.#pace.rest(this.making.clock());
  }

  #plan(tail: Tail, load: EncodedLoad): readonly PlannedAppend[] {
    // Nothing came behind the end that the checkpoint tells of already.
    if (load.pieces.length === 0 && tail.course.state === 'ended') return [];
    const planned = planAppends(tail, load, this.#planning, this.making.now());
    for (const { covers, bytes } of planned) if (covers.events > 0) this.#bytesPerRow = bytes / covers.events;
    return planned;
  }

  #gathering(): Gathering {
    const { batch, deadLetters, partitions, clock, pause, speed, restamp, now } = this.making;
    const { base } = this.course;
    return {
      batch,
      deadLetters,
      partitions,
      clock,
      pause,
      pace: this.#pace,
      restamp: restamp && base !== null ? restampOf(base, speed, now) : asObserved,
      bytesPerRow: () => this.#bytesPerRow,
    };
  }
}

/**
 * Makes the appends of a source in another thread than this one.
 *
 * @returns undefined for a source that can be read in this one only
 */
export type Elsewhere = (
  source: IdentifiedSource,
  from: ReadFrom,
  tail: Tail,
  making: Making,
  signal: AbortSignal,
) => Promise<AppendsStart> | undefined;
