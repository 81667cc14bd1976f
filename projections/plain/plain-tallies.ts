import { addFinite, type Tally, tallyLimit } from '../documents/tally.document.js';
import { type PlainEvent } from './plain-fold.js';

/** The start of the minute of an effective time. */
export const minuteStart = (at: bigint): bigint => {
  const minute = 60_000_000_000n;
  return at - (((at % minute) + minute) % minute);
};

/** The tallies with one event more; the same ones when there is no room for its metric. */
export const tallied = (tallies: readonly Tally[], { series, value }: PlainEvent): readonly Tally[] => {
  const { metric } = series;
  const known = tallies.find((tally) => tally.metric === metric);
  if (!known && tallies.length >= tallyLimit) return tallies;
  if (!known) return [...tallies, { metric, count: 1, sum: addFinite(0, value), min: value, max: value }];
  const more = {
    metric,
    count: known.count + 1,
    sum: addFinite(known.sum, value),
    min: Math.min(known.min, value),
    max: Math.max(known.max, value),
  };
  return tallies.map((tally) => (tally === known ? more : tally));
};
