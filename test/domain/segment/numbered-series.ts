import { type MetricName } from '../../../domain/ids.js';
import { type NumberedSeries, type Series, type SeriesNames, type Subject } from '../../../domain/segment/segment.js';

const numberIn = <Item>(items: Item[], item: Item): number => {
  const known = items.indexOf(item);
  return known < 0 ? items.push(item) - 1 : known;
};

/** Picks some series of a list, by their places. Subjects are the same where they are the same object. */
export const picking = (
  all: readonly Series[],
  subjectOf: (series: Series) => Subject,
): ((numbers: readonly number[]) => NumberedSeries) => {
  const [metrics, subjects]: [MetricName[], Subject[]] = [[], []];
  const list: SeriesNames = { metrics, subjects };
  const metricOf = all.map(({ metric }) => numberIn(metrics, metric));
  const subjectAt = all.map((series) => numberIn(subjects, subjectOf(series)));
  return (numbers) => ({
    list,
    numbers: Uint32Array.from(numbers),
    metricAt: Uint32Array.from(numbers, (number) => metricOf[number]!),
    subjectAt: Uint32Array.from(numbers, (number) => subjectAt[number]!),
  });
};
