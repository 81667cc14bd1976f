import { type SourceOpening } from '../source/source.js';
import { LaneHolder } from './held-lane.js';
import { type SourceOutcome } from './source-outcome.js';
import { streamSource } from './stream-source.js';
import { type Streaming } from './streaming.js';
import { type Stops } from './turn.js';

/** Something to stream, by its path; opened anew for every pass of a loop and after a file was replaced. */
export interface Streamable {
  readonly path: string;
  open(signal: AbortSignal): Promise<SourceOpening>;
}

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
 * they are followed, side by side. A source that fails does not hold the others back.
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

const inOneLane = async (
  sources: readonly Streamable[],
  { again, loop }: StreamerWishes,
  streaming: Streaming,
  stops: Stops,
): Promise<readonly StreamedSource[]> => {
  const lanes = new LaneHolder(streaming.claims, streaming);
  const over = new Map<Streamable, SourceOutcome>();
  try {
    do {
      for (const source of sources) {
        if (canGoOn(over.get(source)))
          over.set(source, await streamOne(source, again || loop, lanes, streaming, stops));
      }
    } while (loop && !stops.stop.aborted && sources.some((source) => canGoOn(over.get(source))));
  } finally {
    await lanes.release();
  }
  return [...over].map(([{ path }, outcome]) => ({ path, outcome }));
};

/** In a loop, a source that failed or holds nothing is not tried again. */
const canGoOn = (outcome: SourceOutcome | undefined): boolean =>
  outcome === undefined || outcome.kind === 'done' || outcome.kind === 'nothing-new';

const streamOne = async (
  source: Streamable,
  again: boolean,
  lanes: LaneHolder,
  streaming: Streaming,
  stops: Stops,
): Promise<SourceOutcome> => {
  for (;;) {
    const outcome = await untilStopped(() => openAndStream(source, again, lanes, streaming, stops), stops);
    const { kind, message } = outcome;
    streaming.report({ kind: 'source-over', path: source.path, outcome: kind, message });
    if (kind !== 'replaced') return outcome;
  }
};

const openAndStream = async (
  source: Streamable,
  again: boolean,
  lanes: LaneHolder,
  streaming: Streaming,
  stops: Stops,
): Promise<SourceOutcome> => {
  const opening = await source.open(stops.stop);
  switch (opening.kind) {
    case 'identified':
      return streamSource(opening, again, lanes, streaming, stops);
    case 'no-rows':
      return { kind: 'no-rows', message: `${source.path} has a header and no rows` };
    case 'refused':
      return { kind: 'refused', message: opening.message };
  }
};

/** Waiting that was cut short by the wish to stop is an outcome, not an error; being made to abandon appends is one. */
const untilStopped = async (work: () => Promise<SourceOutcome>, { stop, abandon }: Stops): Promise<SourceOutcome> => {
  try {
    return await work();
  } catch (error) {
    if (!stop.aborted || abandon.aborted) throw error;
    return { kind: 'stopped', message: '' };
  }
};
