import { type Lane } from '../../domain/ids.js';
import { type IdentifiedSource, lostBehind } from '../source/source.js';
import { type GatheredEnd } from './gather.js';

/** How the streaming of a source came to its end. Only `done`, `nothing-new` and `no-rows` are successes. */
export interface SourceOutcome {
  readonly kind:
    /** Everything stands in the log. */
    | 'done'
    /** Everything stood in the log before. */
    | 'nothing-new'
    /** A header and nothing else. */
    | 'no-rows'
    /** Not a source, or not the one that its checkpoint is of. */
    | 'refused'
    | 'too-many-dead-letters'
    /** What could be read stands in the log; the rest cannot be read. */
    | 'broken'
    /** A segment of the lane is missing, so that its next place is taken: nothing more can be appended in it. */
    | 'no-place'
    /** Told to stop. */
    | 'stopped'
    /** Followed, and another file stands at its path: all of this one stands in the log, unless the message says what does not. */
    | 'replaced';
  /** For people; empty when there is nothing to add. */
  readonly message: string;
}

type Unsettled = Pick<IdentifiedSource, 'path' | 'unsettled'>;

/** @param sent whether this streamer appended anything of the source */
export const outcomeOf = (end: GatheredEnd, source: IdentifiedSource, sent: boolean): SourceOutcome => {
  switch (end.kind) {
    case 'ended':
      return { kind: sent ? 'done' : 'nothing-new', message: '' };
    case 'replaced':
      return { kind: 'replaced', message: end.cutAt === undefined ? '' : lostBehind(source.path, end.cutAt) };
    case 'aborted':
      return stopped(source);
    case 'broken':
      return { kind: 'broken', message: `${source.path}: ${end.message}` };
    case 'too-many-dead-letters':
      return { kind: 'too-many-dead-letters', message: tooMany(end, source.path) };
  }
};

/** The lane has been counted again, and its next place is taken all the same. What cannot be read again is lost, and said. */
export const noPlace = (source: Unsettled, lane: Lane): SourceOutcome => {
  const lost = loss(source);
  return { kind: 'no-place', message: `${source.path}: ${laneHole(lane)}${lost === '' ? '' : ` ${lost}.`}` };
};

/** What is wrong, and what to do. */
export const laneHole = (lane: Lane): string =>
  `lane ${String(lane)} of the log has a hole: segments in it were deleted by hand, or lost, and nothing can be appended ` +
  'behind them. `telemetry log verify` names the place; restore etcd from a backup that has them, run ' +
  '`telemetry log recover`, then do this again.';

/** Its path in messages and checkpoints. */
export const standardInput = 'standard input';

/** Told to stop: what cannot be read again is lost, and said (promise S1). */
export const stopped = (source: Unsettled): SourceOutcome => ({ kind: 'stopped', message: loss(source) });

/** Empty when nothing is lost. */
export const loss = (source: Unsettled): string => {
  const { bytes, lines } = source.unsettled() ?? { bytes: 0, lines: 0 };
  if (bytes === 0) return '';
  const amount = `${String(bytes)} bytes (${String(lines)} ${lines === 1 ? 'line' : 'lines'})`;
  return `${amount} were read from ${source.path} and are not known to be appended; give the data again to go on where the log ends`;
};

type TooMany = Extract<GatheredEnd, { kind: 'too-many-dead-letters' }>;

const tooMany = ({ from, limit, first }: TooMany, path: string): string => {
  const what = first === undefined ? '' : `; row ${String(first.row)}: ${first.reasons.join(', ')}`;
  return (
    `${path} is stopped before byte ${String(from)}: more than ${limit}${what}. ` +
    'See `telemetry dead-letters list`; mend the file, or raise --max-dead-letters to go on from there.'
  );
};
