import { type MetricName } from '../../domain/ids.js';
import { type Instant } from '../../domain/instant.js';
import { addFinite } from '../../projections/documents/tally.document.js';
import { type Aggregate } from './history-query.js';
import { type TelemetryRecord } from './telemetry-record.js';

/** The values of one metric in one bucket; `last` is the one of the newest time. */
interface Course {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly last: number;
  readonly lastAt: Instant;
}

const started = (value: number, at: Instant): Course => ({
  count: 1,
  sum: value,
  min: value,
  max: value,
  last: value,
  lastAt: at,
});

const added = (course: Course, value: number, at: Instant): Course => ({
  count: course.count + 1,
  sum: addFinite(course.sum, value),
  min: Math.min(course.min, value),
  max: Math.max(course.max, value),
  last: at >= course.lastAt ? value : course.last,
  lastAt: at >= course.lastAt ? at : course.lastAt,
});

const resultOf = (course: Course, aggregate: Aggregate): number =>
  aggregate === 'avg' ? course.sum / course.count : course[aggregate];

/** One device over one bucket of time, folded from its records in any order. */
export class BucketFold {
  readonly #courses = new Map<MetricName, Course>();
  #newest: TelemetryRecord | undefined;

  add(record: TelemetryRecord): void {
    if (!this.#newest || record.at >= this.#newest.at) this.#newest = record;
    for (const [metric, value] of record.values) {
      const course = this.#courses.get(metric);
      this.#courses.set(metric, course ? added(course, value, record.at) : started(value, record.at));
    }
  }

  /** Named as the newest record in it, labelled by the start of the bucket. */
  record(start: Instant, aggregate: Aggregate): TelemetryRecord {
    const values = new Map(
      [...this.#courses].map(([metric, course]) => [metric, resultOf(course, aggregate)] as const),
    );
    return { ...this.#newest!, at: start, values };
  }
}
