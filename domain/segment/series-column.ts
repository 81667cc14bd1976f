import { type MetricName } from '../ids.js';
import { columnKernel } from './column-kernel.js';
import { mostSeries, refuseAbove } from './limits.js';
import { type PartWriter } from './parts.js';
import { writeRuns } from './runs.js';
import { type NumberedSeries, type Samples, type Series, type Subject } from './segment.js';
import { StringTable } from './strings.js';
import { numbersOf, writeSubjects } from './subject-columns.js';
import { subjectOf } from './subject.js';
import { UuidColumn } from './uuid-column.js';

/** Which metric each series has, by number; metrics are numbered in the order in which they first come. */
export interface SeriesMetrics {
  readonly metricAt: Uint32Array;
  readonly metrics: number;
}

/** Series as metrics of subjects, both numbered in the order in which they first come. */
interface Pairs {
  readonly metrics: readonly MetricName[];
  readonly metricAt: Uint32Array;
  /** No two are equal. */
  readonly subjects: readonly Subject[];
  readonly subjectAt: Uint32Array;
}

/** A series is a metric of a subject. A regular export lists them in order, metric by metric: one run of numbers. */
export const writeSeries = (parts: PartWriter, samples: Pick<Samples, 'series' | 'numbered'>): SeriesMetrics => {
  const { numbered } = samples;
  refuseAbove((numbered?.numbers ?? samples.series).length, mostSeries, 'series');
  const { metrics, metricAt, subjects, subjectAt } = (numbered && numberedPairs(numbered)) ?? pairsOf(samples.series);
  const strings = new StringTable();
  const names = Uint32Array.from(metrics, (name) => strings.numberOf(name));
  const uuids = new UuidColumn(
    strings,
    subjects.map(({ uuid }) => uuid),
  );
  const numbers = subjects.map((subject) => numbersOf(subject, strings, uuids));
  const pairs = new Float64Array(metricAt.length);
  for (let i = 0; i < pairs.length; i++) pairs[i] = subjectAt[i]! + metricAt[i]! * subjects.length;
  strings.write(parts);
  parts.squeezed.varint(pairs.length);
  parts.squeezed.varint(names.length);
  writeRuns(parts, names);
  uuids.write(parts);
  writeSubjects(parts, numbers);
  writeRuns(parts, pairs);
  return { metricAt, metrics: metrics.length };
};

/** Undefined where subjects of one UUID may be equal, which their texts would have to tell. */
const numberedPairs = (numbered: NumberedSeries): Pairs | undefined => {
  const subjects = renumber(numbered.subjectAt, numbered.list.subjects.length);
  const used = Array.from(subjects.used, (number) => numbered.list.subjects[number]!);
  if (new Set(used.map(({ uuid }) => uuid)).size < used.length) return undefined;
  const metrics = renumber(numbered.metricAt, numbered.list.metrics.length);
  return {
    metrics: Array.from(metrics.used, (number) => numbered.list.metrics[number]!),
    metricAt: metrics.numbers,
    subjects: used,
    subjectAt: subjects.numbers,
  };
};

/** Numbers below a bound anew, in the order in which they first come; `used` says which number each new one had. */
const renumber = (numbers: Uint32Array, bound: number): { numbers: Uint32Array; used: Uint32Array } => {
  const { room, code } = columnKernel();
  room.clear();
  const { length } = numbers;
  const [at, known, used] = [room.take(length * 4), room.takeZeros(bound * 4), room.take(bound * 4)];
  room.ints.set(numbers, at / 4);
  const count = code.renumber(at, length, known, used);
  const column = (from: number, size: number) => room.ints.slice(from / 4, from / 4 + size);
  return { numbers: column(at, length), used: column(used, count) };
};

const pairsOf = (series: readonly Series[]): Pairs => {
  const metrics = new Map<MetricName, number>();
  const metricAt = Uint32Array.from(series, ({ metric }) => numberIn(metrics, metric));
  const subjects = new SubjectTable();
  const subjectAt = Uint32Array.from(series, (one) => subjects.numberOf(subjectOf(one)));
  return { metrics: [...metrics.keys()], metricAt, subjects: subjects.all, subjectAt };
};

/** The number of a key: its own, or the next one. */
const numberIn = <Key>(numbers: Map<Key, number>, key: Key): number => {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size);
  return numbers.size - 1;
};

/** The subjects of a segment, equal ones once, in the order in which they first come. */
class SubjectTable {
  readonly all: Subject[] = [];
  readonly #numbers = new Map<Subject, number>();
  /** Of each UUID the only subject; undefined where there are several, which are told apart by their keys. */
  readonly #only = new Map<string, Subject | undefined>();
  readonly #byKey = new Map<string, number>();

  numberOf(subject: Subject): number {
    const known = this.#numbers.get(subject);
    if (known !== undefined) return known;
    const number = this.#equalTo(subject) ?? this.all.push(subject) - 1;
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
