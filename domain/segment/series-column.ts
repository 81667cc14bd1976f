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
  const subjects = new SubjectTable(strings, uuids);
  const pairs = new Float64Array(series.length);
  for (let i = 0; i < pairs.length; i++) pairs[i] = subjects.numberOf(subjectOf(series[i]!));
  for (let i = 0; i < pairs.length; i++) pairs[i]! += metricAt[i]! * subjects.all.length;
  strings.write(parts);
  parts.squeezed.varint(series.length);
  parts.squeezed.varint(names.length);
  writeRuns(parts, names);
  uuids.write(parts);
  writeSubjects(parts, subjects.all);
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

/** The subjects of a segment, equal ones once, in the order in which they first come. */
class SubjectTable {
  readonly all: SubjectNumbers[] = [];
  readonly #numbers = new Map<Subject, number>();
  /** Of each UUID the only subject; undefined where there are several, which are told apart by their keys. */
  readonly #only = new Map<string, Subject | undefined>();
  readonly #byKey = new Map<string, number>();

  constructor(
    private readonly strings: StringTable,
    private readonly uuids: UuidColumn,
  ) {}

  numberOf(subject: Subject): number {
    const known = this.#numbers.get(subject);
    if (known !== undefined) return known;
    const number = this.#equalTo(subject) ?? this.all.push(numbersOf(subject, this.strings, this.uuids)) - 1;
    this.#numbers.set(subject, number);
    return number;
  }

  /** Keys are as long as all texts together: none is made of a subject whose UUID no other has. */
  #equalTo(subject: Subject): number | undefined {
    const only = this.#only.get(subject.uuid);
    if (only === undefined && !this.#only.has(subject.uuid)) {
      this.#only.set(subject.uuid, subject);
      return undefined;
    }
    if (only) this.#byKey.set(only.key, this.#numbers.get(only)!);
    this.#only.set(subject.uuid, undefined);
    const { key } = subject;
    const known = this.#byKey.get(key);
    if (known === undefined) this.#byKey.set(key, this.all.length);
    return known;
  }
}
