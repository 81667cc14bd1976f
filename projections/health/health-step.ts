import { type HealthSignal, type Reading, readingOf } from '../../domain/health-signals.js';
import { type Instant } from '../../domain/instant.js';
import { type Revision } from '../../domain/revision.js';
import { addFinite } from '../documents/tally.document.js';
import { type Episode, type Extent, lateJoin } from './episode.document.js';
import { addEpisode, conditionOf, type EpisodeState, type HealthState } from './health-state.js';

/** A sample of a metric that tells of a signal. */
export interface Told {
  readonly value: number;
  /** Its effective time. */
  readonly at: Instant;
  /** Of its segment. */
  readonly revision: Revision;
}

const openOf = (state: HealthState, { name }: HealthSignal): EpisodeState | undefined =>
  state.episodes.find(({ signal, ended }) => signal === name && ended === null);

type Widened = { -readonly [K in keyof Extent]: Extent[K] };

const widen = (extent: Widened, amount: number, { value, at }: Told): void => {
  extent.count = addFinite(extent.count, amount);
  extent.samples++;
  if (at < extent.first) extent.first = at;
  if (at > extent.last) extent.last = at;
  if (value > extent.worst) extent.worst = value;
};

const emptyExtent = ({ name: signal }: HealthSignal, { code }: Reading, { value, at }: Told): Extent => ({
  ...{ signal, code, count: 0, samples: 0, first: at, last: at, worst: value },
});

/** Adds the sample to an episode, or to a new one, and to the sums of what is wrong. */
const add = (
  state: HealthState,
  signal: HealthSignal,
  reading: Reading,
  told: Told,
  known: EpisodeState | undefined,
  ended: Episode['ended'],
): void => {
  const empty = emptyExtent(signal, reading, told);
  const episode = known ?? addEpisode(state, { ...empty, began: told.revision, ended });
  const amount = known !== undefined && signal.rule.kind !== 'counter' ? 0 : reading.amount;
  widen(episode, amount, told);
  const condition = conditionOf(state, empty);
  if (condition) widen(condition, amount, told);
};

/**
 * A sample that comes late: something newer has been taken in. Of a counter it says nothing that the newer value does not
 * hold; what else it tells joins an episode that it is near to, or is one of its own that has ended.
 */
const takeLate = (state: HealthState, signal: HealthSignal, reading: Reading, told: Told): boolean => {
  if (signal.rule.kind === 'counter') return false;
  const near = state.episodes.findLast(
    ({ signal: of, code, first, last }) =>
      of === signal.name && code === reading.code && told.at >= first - lateJoin && told.at <= last + lateJoin,
  );
  add(state, signal, reading, told, near, told.revision);
  return true;
};

const watch = (state: HealthState, { name, rule }: HealthSignal, { value, at }: Told): void => {
  state.watches.set(name, { value: rule.kind === 'counter' ? Math.max(value, 0) : 0, at });
};

/** A sample that tells of nothing wrong ends what it was told of before; a counter may have begun again from zero. */
const takeWell = (state: HealthState, signal: HealthSignal, told: Told): boolean => {
  const open = openOf(state, signal);
  const before = state.watches.get(signal.name);
  if (open) open.ended = told.revision;
  else if (before === undefined || signal.rule.kind !== 'counter' || before.value === Math.max(told.value, 0))
    return false;
  watch(state, signal, told);
  return true;
};

/** Takes in one sample, in the order of the log; true when it changed the document. */
export const takeSample = (state: HealthState, signal: HealthSignal, told: Told): boolean => {
  const before = state.watches.get(signal.name);
  const reading = readingOf(signal, told.value, before?.value ?? 0);
  if (before && told.at < before.at) return reading !== undefined && takeLate(state, signal, reading, told);
  if (!reading) return takeWell(state, signal, told);
  const open = openOf(state, signal);
  const goesOn = open?.code === reading.code;
  if (open && !goesOn) open.ended = told.revision;
  add(state, signal, reading, told, goesOn ? open : undefined, null);
  watch(state, signal, told);
  return true;
};
