import { type ClusterId, type Hostname, type MetricName, type Partition } from '../../domain/ids.js';
import { partitionOf } from '../../domain/partitioning.js';
import { type Series, type Subject } from '../../domain/segment/segment.js';
import { places, subjectOf, SubjectSeries } from '../../domain/segment/subject.js';

/** The series of one reader, each by its number as a metric of a subject, and the partition of each subject. */
export interface PlacedSeries {
  readonly metrics: readonly MetricName[];
  readonly subjects: readonly Subject[];
  readonly metricAt: Uint32Array;
  readonly subjectAt: Uint32Array;
  readonly partitionAt: Uint32Array;
}

/** Where the series of one reader go. */
export interface Placement {
  readonly partitions: number;
  /** Costs nothing for series asked about before in the same dictionary; valid until the next call. */
  of(series: readonly Series[]): PlacedSeries;
}

/** Hosts that are remembered: a file may name ever new ones. */
const mostHosts = 16_384;

/** A column with room for so many numbers. */
const roomFor = (count: number, column: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
  if (count <= column.length) return column;
  const larger = new Uint32Array(Math.max(count, 2 * column.length));
  larger.set(column);
  return larger;
};

/** What is known of one dictionary. */
class Placed {
  readonly metrics: MetricName[] = [];
  readonly subjects: Subject[] = [];
  #known = 0;
  #metricAt = new Uint32Array(0);
  #subjectAt = new Uint32Array(0);
  #partitionAt = new Uint32Array(0);
  readonly #metricNumbers = new Map<MetricName, number>();
  readonly #subjectNumbers = new Map<Subject, number>();

  constructor(
    readonly dictionary: readonly Series[],
    private readonly place: (host: Hostname) => Partition,
  ) {}

  get metricAt(): Uint32Array {
    return this.#metricAt.subarray(0, this.#known);
  }

  get subjectAt(): Uint32Array {
    return this.#subjectAt.subarray(0, this.#known);
  }

  get partitionAt(): Uint32Array {
    return this.#partitionAt.subarray(0, this.subjects.length);
  }

  /** Adds the series that the dictionary has met since. */
  follow(): void {
    const { dictionary } = this;
    const metricAt = (this.#metricAt = roomFor(dictionary.length, this.#metricAt));
    const subjectAt = (this.#subjectAt = roomFor(dictionary.length, this.#subjectAt));
    let [before, metricNumber]: [MetricName | undefined, number] = [undefined, 0];
    for (let at = this.#known; at < dictionary.length; at++) {
      const series = dictionary[at]!;
      const { metric } = series;
      // Mostly series of one metric come after one another.
      if (metric !== before) metricNumber = this.#metricNumbers.get(metric) ?? this.#addMetric(metric);
      before = metric;
      const subject = series instanceof SubjectSeries ? series.subject : subjectOf(series);
      metricAt[at] = metricNumber;
      subjectAt[at] = this.#subjectNumbers.get(subject) ?? this.#addSubject(subject);
    }
    this.#known = dictionary.length;
  }

  #addMetric(metric: MetricName): number {
    const number = this.metrics.push(metric) - 1;
    this.#metricNumbers.set(metric, number);
    return number;
  }

  #addSubject(subject: Subject): number {
    const number = this.subjects.push(subject) - 1;
    this.#subjectNumbers.set(subject, number);
    this.#partitionAt = roomFor(number + 1, this.#partitionAt);
    this.#partitionAt[number] = this.place(subject.texts[places.hostname]! as Hostname);
    return number;
  }
}

export const placement = (cluster: ClusterId, partitions: number): Placement => {
  const byHost = new Map<Hostname, Partition>();
  const place = (host: Hostname): Partition => {
    const found = byHost.get(host) ?? partitionOf(cluster, host, partitions);
    if (byHost.size === mostHosts) byHost.clear();
    byHost.set(host, found);
    return found;
  };
  let placed = new Placed([], place);
  return {
    partitions,
    of: (series) => {
      if (series !== placed.dictionary) placed = new Placed(series, place);
      placed.follow();
      return placed;
    },
  };
};
