import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type CollectorAnnouncement } from '../../domain/collector-announcement.js';
import { type ModelStore } from '../../domain/read-model.js';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What Prometheus is told of a collector. */
export class CollectorMetrics {
  readonly #answers;
  readonly #took;
  readonly #bytes;
  #announced: CollectorAnnouncement | undefined;

  constructor(readonly registry: Registry) {
    this.#shown('events_total', 'Events folded, for every projection.', ({ events }) => events, true);
    this.#shown('commits_total', 'Commits made.', ({ commits }) => commits, true);
    const settled = 'Commits found applied when they were repeated, because the first answer had been lost.';
    this.#shown('settled_commits_total', settled, ({ settled_commits }) => settled_commits, true);
    const fences = 'Commits refused because the part was no longer its own.';
    this.#shown('fences_total', fences, ({ refused_commits }) => refused_commits, true);
    this.#shown('partitions', 'Partitions that it owns in any generation.', ({ partitions }) => partitions.length);
    const waiting = 'Segments read and not yet committed.';
    this.#shown('waiting_segments', waiting, ({ waiting_segments }) => waiting_segments);
    this.#shown('waiting', '1 while it waits for something, such as etcd.', (one) => (one.waiting === null ? 0 : 1));
    this.#shown(
      'stopped_partitions',
      'Partitions that a damaged segment has stopped.',
      ({ stopped }) => stopped.length,
    );
    this.#answers = new Counter({
      name: 'telemetry_collector_commit_answers_total',
      help: 'Answers to transactions of commits: committed, refused (a conflict), or unknown (tried again).',
      labelNames: ['answer'],
      registers: [registry],
    });
    // A series that begins with what it counts has not risen to it.
    for (const answer of ['committed', 'refused', 'unknown']) this.#answers.inc({ answer }, 0);
    this.#bytes = new Counter({
      name: 'telemetry_collector_written_bytes_total',
      help: 'Bytes of documents sent to etcd, repeats included.',
      registers: [registry],
    });
    this.#took = new Histogram({
      name: 'telemetry_collector_commit_seconds',
      help: 'Time from sending a transaction of a commit to its answer.',
      buckets: seconds,
      registers: [registry],
    });
  }

  /** A figure of the newest announcement; the announcement counts since the start, so a counter is set to it. */
  #shown(name: string, help: string, of: (announcement: CollectorAnnouncement) => number, counts = false): void {
    const value = (): number => (this.#announced ? of(this.#announced) : 0);
    const options = { name: `telemetry_collector_${name}`, help, registers: [this.registry] };
    if (counts)
      new Counter({
        ...options,
        collect() {
          this.reset();
          this.inc(value());
        },
      });
    else
      new Gauge({
        ...options,
        collect() {
          this.set(value());
        },
      });
  }

  readonly announced = (announcement: CollectorAnnouncement): void => {
    this.#announced = announcement;
  };

  /** The store, with every commit timed. */
  timed(models: ModelStore): ModelStore {
    return {
      load: (part, documents, signal, at) => models.load(part, documents, signal, at),
      paths: (part, signal) => models.paths(part, signal),
      commit: async (step, signal) => {
        const ended = this.#took.startTimer();
        const answer = await models.commit(step, signal);
        ended();
        this.#answers.inc({ answer: answer.kind });
        this.#bytes.inc(step.changes.reduce((sum, { value }) => sum + (value?.length ?? 0), 0));
        return answer;
      },
    };
  }
}
