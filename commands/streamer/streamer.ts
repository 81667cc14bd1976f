import { type SourceId } from '../../domain/ids.js';
import { untilAnswered } from '../append/until-answered.js';
import { beginWork, type LaneWork } from './lane-work.js';
import { persistenceOf } from './persistence.js';
import { type SourceOutcome } from './source-outcome.js';
import { type Streaming } from './streaming.js';
import { type Stops } from './turn.js';
import { type Streamable, Visit } from './visit.js';

export interface StreamedSource {
  readonly path: string;
  readonly outcome: SourceOutcome;
}

export interface StreamerWishes {
  /** A new pass over sources that have been appended to their end. */
  readonly again: boolean;
  /** Passes without end, over all sources in turn. */
  readonly loop: boolean;
  /** Sources that are followed never end: each gets a lane of its own, and all are streamed at once. */
  readonly follow: boolean;
}

/**
 * Streams sources into the log until they have ended or it is told to stop: one after the other in one lane, or, when
 * they are followed, side by side. A source that fails does not hold the others back; one that another streamer reads is
 * passed over, and looked at again until it has ended (promise S4).
 *
 * Rejects with the reason of `stops.abandon`, or with what the store refuses for good.
 */
export const streamAll = async (
  sources: readonly Streamable[],
  wishes: StreamerWishes,
  streaming: Streaming,
  stops: Stops,
): Promise<readonly StreamedSource[]> => {
  if (!wishes.follow) return inOneLane(sources, wishes, streaming, stops);
  const lanes = sources.map((source) => inOneLane([source], wishes, streaming, stops));
  return (await Promise.all(lanes)).flat();
};

type Outcomes = Map<Streamable, SourceOutcome>;

const inOneLane = async (
  sources: readonly Streamable[],
  wishes: StreamerWishes,
  streaming: Streaming,
  stops: Stops,
): Promise<readonly StreamedSource[]> => {
  const work = beginWork(streaming, stops);
  const over: Outcomes = new Map();
  try {
    await (wishes.loop ? loopThrough(sources, over, work) : goThrough(sources, wishes.again, over, work));
  } finally {
    await work.lanes.release();
  }
  return sources.map((source) => ({ path: source.path, outcome: over.get(source)! }));
};

/** Each source once; those that others read are tried again when one of them is free. */
const goThrough = async (
  sources: readonly Streamable[],
  again: boolean,
  over: Outcomes,
  work: LaneWork,
): Promise<void> => {
  const visits = sources.map((source) => new Visit(source, again, work));
  // Another streamer that was told the same may be through with a later one before this has come to it.
  if (again && visits.length > 1) await decideAll(visits, work);
  for (let left = visits; left.length > 0;) {
    const taken = await tryAll(left, over);
    left = left.filter(({ source }) => !over.has(source));
    if (left.length > 0 && !(await oneIsFree(taken, work))) {
      for (const visit of left) over.set(visit.source, visit.stop());
      return;
    }
  }
};

const decideAll = async (visits: readonly Visit[], { stops: { stop, abandon } }: LaneWork): Promise<void> => {
  try {
    for (const visit of visits) await visit.decide();
  } catch (error) {
    // Told to stop: each says so when it is tried.
    if (!stop.aborted || abandon.aborted) throw error;
  }
};

/** Pass after pass over those that can go on. One that another streamer reads is passed over, for it never ends. */
const loopThrough = async (sources: readonly Streamable[], over: Outcomes, work: LaneWork): Promise<void> => {
  for (let left = sources; left.length > 0;) {
    const visits = left.map((source) => new Visit(source, true, work));
    left.forEach((source) => over.delete(source));
    const taken = await tryAll(visits, over);
    const isIdle = left.every((source) => !over.has(source));
    const isStopped = work.stops.stop.aborted || (isIdle && !(await oneIsFree(taken, work)));
    if (isStopped) {
      for (const visit of visits) if (!over.has(visit.source)) over.set(visit.source, visit.stop());
      return;
    }
    left = left.filter((source) => canGoOn(over.get(source)));
  }
};

/** Gives the sources that others have. */
const tryAll = async (visits: readonly Visit[], over: Outcomes): Promise<readonly SourceId[]> => {
  const taken: SourceId[] = [];
  for (const visit of visits) {
    const tried = await visit.try();
    if (tried.kind === 'over') over.set(visit.source, tried.outcome);
    else taken.push(...tried.sources);
  }
  return taken;
};

/** In a loop, a source that failed or holds nothing is not tried again. */
const canGoOn = (outcome: SourceOutcome | undefined): boolean =>
  outcome === undefined || outcome.kind === 'done' || outcome.kind === 'nothing-new';

/** A file that another splits is free in some tens of milliseconds; what it reads is not for long. */
const lookAgainMs = { first: 25, most: 250 } as const;

/**
 * Waits until other streamers have let one of these go; false when told to stop meanwhile. The lane is given back if it
 * has to wait: a claim that was applied long after it was asked for, when its source was let go already, goes with it.
 * Two streamers could otherwise wait for each other.
 */
const oneIsFree = async (sources: readonly SourceId[], { lanes, streaming, stops }: LaneWork): Promise<boolean> => {
  const { claims, pause, report } = streaming;
  const { stop } = stops;
  const message = 'other streamers read what is left; this one goes on when one of them has ended or is gone';
  try {
    for (let [waited, waitMs] = [false, lookAgainMs.first as number]; ; waited = true) {
      const taken = await untilAnswered(() => claims.sourcesTaken(stop), stop, persistenceOf(streaming));
      if (sources.some((source) => !taken.has(source))) {
        if (waited) report({ kind: 'going-on' });
        return true;
      }
      await lanes.release();
      report({ kind: 'waiting', message });
      await pause(waitMs, stop);
      waitMs = Math.min(waitMs * 2, lookAgainMs.most);
    }
  } catch (error) {
    if (!stop.aborted || stops.abandon.aborted) throw error;
    return false;
  }
};
