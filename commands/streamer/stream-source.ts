import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { type Tail } from '../append/plan-appends.js';
import { restampedFrom, type SourceIdentity } from '../append/source-course.js';
import { untilAnswered } from '../append/until-answered.js';
import { type IdentifiedSource } from '../source/source.js';
import { appendReading } from './append-reading.js';
import { begin, type Wish } from './begin.js';
import { type HeldLane } from './held-lane.js';
import { type LaneWork } from './lane-work.js';
import { persistenceOf } from './persistence.js';
import { noPlace, type SourceOutcome, stopped } from './source-outcome.js';
import { loadSource } from './stored-source.js';
import { type Streaming } from './streaming.js';
import { type Turn } from './turn.js';

/** Pauses between reloads without an append between them, so that two streamers of one source do not race for long. */
const reloadPauseMs = 50;

/** So often in a row a place may be taken that was counted as free: counting again mends it, unless the lane has a hole. */
const placesAtMost = 2;

/** What came of streaming a source. */
export type Streamed =
  | { readonly kind: 'over'; readonly outcome: SourceOutcome }
  /** Another streamer has claimed it. */
  | { readonly kind: 'taken' }
  /** Another streamer has split it: it is read by ranges. */
  | { readonly kind: 'split' };

const over = (outcome: SourceOutcome): Streamed => ({ kind: 'over', outcome });

/**
 * Streams one pass of a source into the log, through fences and lost lanes, until it is over or another streamer has it.
 * Everything computed for dropped appends is forgotten: checkpoint and lane heads are read again, and the source is
 * read on from there. The source is let go when it is over, except in a loop, where it comes round again.
 *
 * Rejects with the reason of `stops.abandon`, or with what the store refuses for good.
 */
export const streamSource = async (source: IdentifiedSource, wish: Wish, work: LaneWork): Promise<Streamed> => {
  const { streaming, stops, sources } = work;
  try {
    const streamed = await streamThroughFences(source, wish, work);
    if (!streaming.loop || streamed.kind === 'split') sources.letGo(stops.stop);
    return streamed;
  } catch (error) {
    if (!stops.stop.aborted) throw error;
    const outcome = stopped(source);
    if (!stops.abandon.aborted) return over(outcome);
    const { path } = source;
    if (outcome.message !== '')
      streaming.report({ kind: 'source-over', path, outcome: outcome.kind, message: outcome.message });
    throw error;
  }
};

const streamThroughFences = async (source: IdentifiedSource, wish: Wish, work: LaneWork): Promise<Streamed> => {
  const { lanes, sources, dropped, streaming, stops } = work;
  for (let reloads = 0, places = 0; ;) {
    if (stops.stop.aborted) return over(stopped(source));
    const lane = await sources.hold(source, stops.stop);
    if (lane === undefined) return { kind: 'taken' };
    const { text, record } = await loadSource(source, work);
    if (record !== undefined && 'kind' in record) return { kind: 'split' };
    const turn = await streamOn(source, wish, lane, { text, checkpoint: record }, work);
    if (turn.kind === 'over') return turn;
    lane.heads = undefined;
    dropped.add(source.id, turn.settled);
    streaming.report({ kind: 'fenced', path: source.path, by: turn.by });
    if (turn.by === 'lane') await lanes.release();
    places = turn.by === 'place' && !turn.progressed ? places + 1 : 0;
    if (places > placesAtMost) return over(noPlace(source, lane.claim.lane));
    reloads = turn.progressed ? 0 : reloads + 1;
    if (reloads > 1) await streaming.pause(reloadPauseMs * Math.min(reloads, 20), stops.stop);
  }
};

interface Loaded {
  readonly text: string | undefined;
  readonly checkpoint: SourceCheckpoint | undefined;
}

const streamOn = async (
  source: IdentifiedSource,
  wish: Wish,
  lane: HeldLane,
  { text, checkpoint }: Loaded,
  { streaming, stops }: LaneWork,
): Promise<Turn> => {
  const beginning = begin(checkpoint, wish, identityOf(source, streaming), source.start);
  if (beginning.kind === 'over') return { kind: 'over', outcome: { kind: 'nothing-new', message: '' } };
  const { partitions } = streaming.log;
  const heads = (lane.heads ??= await untilAnswered(
    () => streaming.store.readHeads(lane.claim.lane, partitions, stops.stop),
    stops.stop,
    persistenceOf(streaming),
  ));
  const { claim, nextBatch: batch } = lane;
  const course = streaming.restamp
    ? restampedFrom(beginning.course, streaming.now())
    : { ...beginning.course, base: null };
  const tail: Tail = { lane: claim.lane, claim: claim.revision, batch, heads, course, prior: text };
  return appendReading({ source, from: beginning.from, sameAs: beginning.sameAs, lane, tail }, streaming, stops);
};

const identityOf = (source: IdentifiedSource, { log }: Streaming): SourceIdentity => ({
  source: source.id,
  cluster: source.cluster,
  path: source.path,
  log_id: log.log_id,
  columns: source.columns,
});
