import { effectiveTime } from '../../domain/effective-time.js';
import { type Instant } from '../../domain/instant.js';
import { type Segment } from '../../domain/segment/segment.js';
import { type Extremes, extremesOf } from './extremes.js';
import { minutesOf } from './minutes.js';
import { ranksOf } from './ranks.js';
import { type Subjects, subjectsOf } from './subjects.js';

/** What every fold needs to know of a segment, worked out once for all of them. */
export interface SegmentView extends Segment {
  readonly subjects: Subjects;
  /** By number of the time: the effective time, its order among the others, its minute. */
  readonly effective: readonly Instant[];
  readonly ranks: Uint32Array;
  readonly minutes: Float64Array;
  readonly extremes: Extremes;
}

const views = new WeakMap<Segment, SegmentView>();

const look = (segment: Segment): SegmentView => {
  const { header, samples } = segment;
  const subjects = subjectsOf(segment);
  const effective = samples.times.map((time) => effectiveTime(time.at, header.appendedAt));
  const ranks = ranksOf(effective);
  const extremes = extremesOf(samples, subjects, ranks);
  return { header, samples, subjects, effective, ranks, minutes: minutesOf(effective), extremes };
};

/** The same view for the same segment, as long as that is alive: folds of several projections are given one after another. */
export const viewOf = (segment: Segment): SegmentView => {
  const known = views.get(segment);
  if (known) return known;
  const view = look(segment);
  views.set(segment, view);
  return view;
};

/** The effective time of an event, by its number. */
export const effectiveOf = (view: SegmentView, event: number): Instant => view.effective[view.samples.timeAt[event]!]!;

/** The newest effective time of these slots' events; undefined when there are none. */
export const newestOf = (view: SegmentView, slots: readonly number[]): Instant | undefined => {
  let newest: Instant | undefined;
  for (const slot of slots) {
    const at = effectiveOf(view, view.extremes.newest[slot]!);
    if (newest === undefined || at > newest) newest = at;
  }
  return newest;
};
