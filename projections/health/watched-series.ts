import { type HealthSignal, leastTelling, signalsOf } from '../../domain/health-signals.js';
import { type Series } from '../../domain/segment/segment.js';
import { seriesOf, type Subjects } from '../folding/subjects.js';

/**
 * Which events of a table of series have to be looked at, as one number for each series: those whose value is at least
 * `least`. Of a device that was always well these are the events that tell otherwise; of a signal that was ever told of
 * all of its events, because they may end what it told of.
 */
export interface WatchedSeries {
  /** The series that tell of anything, and of what. */
  readonly signals: ReadonlyMap<number, readonly HealthSignal[]>;
  /** By number of the series; infinite where it tells of nothing. */
  readonly least: Float64Array;
  /** How many signals were being watched when `least` was worked out. */
  watches: number;
}

export const watchedSeries = (series: readonly Series[]): WatchedSeries => {
  const signals = new Map<number, readonly HealthSignal[]>();
  const least = new Float64Array(series.length).fill(Infinity);
  series.forEach(({ metric }, s) => {
    const told = signalsOf(metric);
    if (told.length === 0) return;
    signals.set(s, told);
    least[s] = Math.min(...told.map(leastTelling));
  });
  return { signals, least, watches: 0 };
};

/** From here on every event of the device counts that tells of this signal. */
export const watchAll = (
  { signals, least }: WatchedSeries,
  subjects: Subjects,
  device: number,
  isWatched: (signal: HealthSignal) => boolean,
): void => {
  for (const s of seriesOf(subjects, device)) if (signals.get(s)?.some(isWatched)) least[s] = -Infinity;
};
