import { type SourceCheckpoint } from '../../domain/source-checkpoint.js';
import { checkpointFaults, parseCheckpoint } from '../append/checkpoint-text.js';
import { type Tail } from '../append/plan-appends.js';
import { restampedFrom, type SourceIdentity } from '../append/source-course.js';
import { untilAnswered } from '../append/until-answered.js';
import { type IdentifiedSource } from '../source/source.js';
import { appendReading } from './append-reading.js';
import { begin, passAfter, type Wish } from './begin.js';
import { type HeldLane, type LaneHolder } from './held-lane.js';
import { persistenceOf } from './persistence.js';
import { type SourceOutcome, stopped } from './source-outcome.js';
import { type Streaming } from './streaming.js';
import { type Stops, type Turn } from './turn.js';

/** Pauses between reloads without an append between them, so that two streamers of one source do not race for long. */
const reloadPauseMs = 50;

interface Loaded {
  readonly text: string | undefined;
  readonly checkpoint: SourceCheckpoint | undefined;
}

/**
 * Streams one pass of a source into the log, through fences and lost lanes, until it is over. Everything computed for
 * dropped appends is forgotten: checkpoint and lane heads are read again, and the source is read on from there.
 *
 * Rejects with the reason of `stops.abandon`, or with what the store refuses for good.
 */
export const streamSource = async (
  source: IdentifiedSource,
  again: boolean,
  lanes: LaneHolder,
  streaming: Streaming,
  stops: Stops,
): Promise<SourceOutcome> => {
  try {
    return await streamThroughFences(source, again, lanes, streaming, stops);
  } catch (error) {
    if (!stops.stop.aborted) throw error;
    const outcome = stopped(source);
    if (!stops.abandon.aborted) return outcome;
    const { path } = source;
    if (outcome.message !== '')
      streaming.report({ kind: 'source-over', path, outcome: outcome.kind, message: outcome.message });
    throw error;
  }
};

const streamThroughFences = async (
  source: IdentifiedSource,
  again: boolean,
  lanes: LaneHolder,
  streaming: Streaming,
  stops: Stops,
): Promise<SourceOutcome> => {
  let wish: Wish = { kind: 'go-on' };
  for (let reloads = 0, first = true; ; first = false) {
    if (stops.stop.aborted) return stopped(source);
    const lane = await lanes.hold(stops.stop);
    const loaded = await loadCheckpoint(source, streaming, stops.stop);
    if (first && again) wish = { kind: 'pass', pass: passAfter(loaded.checkpoint) };
    const turn = await streamOn(source, wish, lane, loaded, streaming, stops);
    if (turn.kind === 'over') return turn.outcome;
    streaming.report({ kind: 'fenced', path: source.path, by: turn.by });
    if (turn.by === 'lane') await lanes.release();
    reloads = turn.progressed ? 0 : reloads + 1;
    if (reloads > 1) await streaming.pause(reloadPauseMs * Math.min(reloads, 20), stops.stop);
  }
};

const streamOn = async (
  source: IdentifiedSource,
  wish: Wish,
  lane: HeldLane,
  { text, checkpoint }: Loaded,
  streaming: Streaming,
  stops: Stops,
): Promise<Turn> => {
  const beginning = begin(checkpoint, wish, identityOf(source, streaming));
  if (beginning.kind === 'over') return { kind: 'over', outcome: { kind: 'nothing-new', message: '' } };
  const { partitions } = streaming.log;
  const heads = await untilAnswered(
    () => streaming.store.readHeads(lane.claim.lane, partitions, stops.stop),
    stops.stop,
    persistenceOf(streaming),
  );
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
});

const loadCheckpoint = async ({ id }: IdentifiedSource, streaming: Streaming, signal: AbortSignal): Promise<Loaded> => {
  const call = () => streaming.store.readCheckpoint(id, signal);
  const text = await untilAnswered(call, signal, persistenceOf(streaming));
  if (text === undefined) return { text, checkpoint: undefined };
  const checkpoint = parseCheckpoint(text);
  if (checkpoint) return { text, checkpoint };
  throw new Error(`the checkpoint of source ${id} is not understood: ${checkpointFaults(text).join('; ')}`);
};
