import { type MetricName } from '../../../domain/ids.js';
import { type NumberedSeries, type Series, type Subject } from '../../../domain/segment/segment.js';

const numberIn = <Item>(items: Item[], item: Item): number => {
  const known = items.indexOf(item);
  return known < 0 ? items.push(item) - 1 : known;
};

/** Some series of a list, by their places in it. Subjects are the same where they are the same object. */
export const numberedSeries = (
  list: readonly Series[],
  numbers: readonly number[],
  subjectOf: (series: Series) => Subject,
): NumberedSeries => {
  const [metrics, subjects]: [MetricName[], Subject[]] = [[], []];
  const [metricOf, subjectsOf] = [
    list.map(({ metric }) => numberIn(metrics, metric)),
    list.map((series) => numberIn(subjects, subjectOf(series))),
  ];
  const metricAt = Uint32Array.from(numbers, (number) => metricOf[number]!);
  const subjectAt = Uint32Array.from(numbers, (number) => subjectsOf[number]!);
  return { list, numbers: Uint32Array.from(numbers), metrics, metricAt, subjects, subjectAt };
};
