import { type MetricName } from '../../domain/ids.js';
import { addFinite, type Tally } from '../../projections/documents/tally.document.js';
import { type Summary } from './host-view.js';

export const mergeSummaries = (a: Summary, b: Summary): Summary => ({
  count: a.count + b.count,
  sum: addFinite(a.sum, b.sum),
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
});

/** Adds tallies, of any number of documents, by metric. */
export const summariesOf = (tallies: Iterable<Tally>): ReadonlyMap<MetricName, Summary> => {
  const summaries = new Map<MetricName, Summary>();
  for (const tally of tallies) {
    const before = summaries.get(tally.metric);
    summaries.set(tally.metric, before ? mergeSummaries(before, tally) : tally);
  }
  return summaries;
};
