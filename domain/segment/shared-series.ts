import { type MetricName } from '../ids.js';
import { type Expanded, type SeriesOfSubject, seriesOf } from './read-series.js';
import { type Series } from './segment.js';

/** The series of one subject by metric, each made once. */
export class SharedSubject implements SeriesOfSubject {
  /** Dictionaries that are kept and name it. */
  users = 0;
  readonly #series = new Map<MetricName, Series>();

  /** @param added told of each series that is made while somebody uses the subject */
  constructor(
    readonly key: string,
    private readonly expanded: Expanded,
    private readonly added: () => void,
  ) {}

  get size(): number {
    return this.#series.size;
  }

  of(metric: MetricName): Series {
    const known = this.#series.get(metric);
    if (known) return known;
    const series = seriesOf(this.expanded, metric);
    this.#series.set(metric, series);
    if (this.users > 0) this.added();
    return series;
  }
}

/**
 * The series that kept dictionaries name. Dictionaries of one lane and partition name mostly the same ones, in another
 * order where an append began elsewhere in the source: they share the objects, and only the first has them made.
 */
export class SharedSeries {
  readonly #subjects = new Map<string, SharedSubject>();
  #held = 0;

  /** Series held together. */
  get held(): number {
    return this.#held;
  }

  /** A new subject is forgotten again unless it is kept. */
  find(key: string, expand: () => Expanded): SharedSubject {
    return this.#subjects.get(key) ?? new SharedSubject(key, expand(), () => void this.#held++);
  }

  /** One more dictionary names these subjects. */
  keep(subjects: Iterable<SharedSubject>): void {
    for (const subject of subjects) {
      if (subject.users++ > 0) continue;
      this.#held += subject.size;
      this.#subjects.set(subject.key, subject);
    }
  }

  /** A dictionary that named these subjects is gone. */
  drop(subjects: Iterable<SharedSubject>): void {
    for (const subject of subjects) {
      if (--subject.users > 0) continue;
      this.#held -= subject.size;
      if (this.#subjects.get(subject.key) === subject) this.#subjects.delete(subject.key);
    }
  }
}
