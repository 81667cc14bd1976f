import { mostSeries, refuseAbove } from './limits.js';
import { type PartWriter } from './parts.js';
import { writeRuns } from './runs.js';
import { type Series } from './segment.js';
import { StringTable } from './strings.js';
import { numbersOf, writeSubjects, type SubjectNumbers } from './subject-columns.js';
import { type Subject, subjectOf } from './subject.js';
import { UuidColumn } from './uuid-column.js';

/** Which metric each series has, by number; metrics are numbered in the order in which they first come. */
export interface SeriesMetrics {
  readonly metricAt: Uint32Array;
  readonly metrics: number;
}

/** A series is a metric of a subject. A regular export lists them in order, metric by metric: one run of numbers. */
export const writeSeries = (parts: PartWriter, series: readonly Series[]): SeriesMetrics => {
  refuseAbove(series.length, mostSeries, 'series');
  const strings = new StringTable();
  const metrics = new Map<string, number>();
  const metricAt = new Uint32Array(series.length);
  for (const [i, { metric }] of series.entries()) metricAt[i] = numberIn(metrics, metric);
  const names = Uint32Array.from(metrics.keys(), (name) => strings.numberOf(name));
  const uuids = new UuidColumn(strings);
  const subjects: SubjectNumbers[] = [];
  const known = new Map<string, number>();
  const numbers = new Map<Subject, number>();
  const pairs = new Float64Array(series.length);
  for (const [i, one] of series.entries()) {
    const subject = subjectOf(one);
    let number = numbers.get(subject);
    if (number === undefined) numbers.set(subject, (number = numberIn(known, subject.key)));
    pairs[i] = number;
    if (known.size > subjects.length) subjects.push(numbersOf(subject, strings, uuids));
  }
  for (let i = 0; i < pairs.length; i++) pairs[i]! += metricAt[i]! * subjects.length;
  strings.write(parts);
  parts.squeezed.varint(series.length);
  parts.squeezed.varint(names.length);
  writeRuns(parts, names);
  uuids.write(parts);
  writeSubjects(parts, subjects);
  writeRuns(parts, pairs);
  return { metricAt, metrics: names.length };
};

/** The number of a key: its own, or the next one. */
const numberIn = (numbers: Map<string, number>, key: string): number => {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size);
  return numbers.size - 1;
};
