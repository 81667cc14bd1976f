import { type ClusterId, type Hostname, type MetricName, type Partition } from '../../domain/ids.js';
import { partitionOf } from '../../domain/partitioning.js';
import { type Series, type Subject } from '../../domain/segment/segment.js';
import { places, subjectOf } from '../../domain/segment/subject.js';

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

/** A column that grows. */
class Column {
  all = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.all.length) {
      const larger = new Uint32Array(2 * this.length);
      larger.set(this.all);
      this.all = larger;
    }
    this.all[this.length++] = value;
  }
}

/** What is known of one dictionary. */
class Placed {
  readonly metrics: MetricName[] = [];
  readonly subjects: Subject[] = [];
  readonly #metricAt = new Column();
  readonly #subjectAt = new Column();
  readonly #partitionAt = new Column();
  readonly #metricNumbers = new Map<MetricName, number>();
  readonly #subjectNumbers = new Map<Subject, number>();

  constructor(
    readonly dictionary: readonly Series[],
    private readonly place: (host: Hostname) => Partition,
  ) {}

  get metricAt(): Uint32Array {
    return this.#metricAt.all.subarray(0, this.#metricAt.length);
  }

  get subjectAt(): Uint32Array {
    return this.#subjectAt.all.subarray(0, this.#subjectAt.length);
  }

  get partitionAt(): Uint32Array {
    return this.#partitionAt.all.subarray(0, this.#partitionAt.length);
  }

  /** Adds the series that the dictionary has met since. */
  follow(): void {
    const { dictionary } = this;
    for (let at = this.#metricAt.length; at < dictionary.length; at++) {
      const series = dictionary[at]!;
      this.#metricAt.push(this.#metricNumbers.get(series.metric) ?? this.#addMetric(series.metric));
      const subject = subjectOf(series);
      this.#subjectAt.push(this.#subjectNumbers.get(subject) ?? this.#addSubject(subject));
    }
  }

  #addMetric(metric: MetricName): number {
    const number = this.metrics.push(metric) - 1;
    this.#metricNumbers.set(metric, number);
    return number;
  }

  #addSubject(subject: Subject): number {
    const number = this.subjects.push(subject) - 1;
    this.#subjectNumbers.set(subject, number);
    this.#partitionAt.push(this.place(subject.texts[places.hostname]! as Hostname));
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
