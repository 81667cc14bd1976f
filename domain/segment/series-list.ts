import { type MetricName } from '../ids.js';
import { type Subject } from './segment.js';
import { SubjectSeries } from './subject.js';

const firstCapacity = 1_024;

/**
 * Series as metrics of subjects, by number: some hundred thousand may be met of a file, and no object is made for each.
 * It grows, and changes in no other way. Of what it holds no two metrics are equal, and no two subjects are one object.
 */
export class SeriesList {
  readonly metrics: MetricName[] = [];
  readonly subjects: Subject[] = [];
  /** Of each series, its metric and its subject; each is another array when it has grown. There may be room behind. */
  metricAt = new Uint32Array(firstCapacity);
  subjectAt = new Uint32Array(firstCapacity);
  length = 0;

  addMetric(metric: MetricName): number {
    return this.metrics.push(metric) - 1;
  }

  addSubject(subject: Subject): number {
    return this.subjects.push(subject) - 1;
  }

  /** @returns its number */
  add(metric: number, subject: number): number {
    const number = this.length++;
    if (number === this.metricAt.length) this.#grow();
    this.metricAt[number] = metric;
    this.subjectAt[number] = subject;
    return number;
  }

  /** The series of a number that has been given. */
  at(number: number): SubjectSeries {
    return new SubjectSeries(this.metrics[this.metricAt[number]!]!, this.subjects[this.subjectAt[number]!]!);
  }

  #grow(): void {
    const [metricAt, subjectAt] = [new Uint32Array(2 * this.length), new Uint32Array(2 * this.length)];
    metricAt.set(this.metricAt);
    subjectAt.set(this.subjectAt);
    [this.metricAt, this.subjectAt] = [metricAt, subjectAt];
  }
}
