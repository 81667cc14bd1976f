import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type AppendStore } from '../append/append-port.js';
import { type StreamerEvent } from './streamer-event.js';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What Prometheus is told of a streamer. */
export class StreamerMetrics {
  readonly #rows;
  readonly #events;
  readonly #letters;
  readonly #segments;
  readonly #bytes;
  readonly #batches;
  readonly #fenced;
  readonly #waiting;
  readonly #answers;
  readonly #took;

  constructor(readonly registry: Registry) {
    const count = (name: string, help: string): Counter =>
      new Counter({ name: `telemetry_streamer_${name}_total`, help, registers: [registry] });
    this.#rows = count('rows', 'Rows that stand in the log.');
    this.#events = count('events', 'Events that stand in the log.');
    this.#letters = count('dead_letters', 'Rows that could not become events.');
    this.#segments = count('segments', 'Segments appended.');
    this.#bytes = count('appended_bytes', 'Bytes of appended segments, compressed.');
    this.#batches = new Counter({
      name: 'telemetry_streamer_batches_total',
      help: 'Batches that stand in the log: applied, or applied earlier when the first answer had been lost.',
      labelNames: ['how'],
      registers: [registry],
    });
    this.#fenced = new Counter({
      name: 'telemetry_streamer_fences_total',
      help: 'Times that everything in flight was dropped because another had the lane, the source or the place.',
      labelNames: ['by'],
      registers: [registry],
    });
    this.#waiting = new Gauge({
      name: 'telemetry_streamer_waiting',
      help: '1 while nothing can be appended: etcd is slow, unreachable or nearly full.',
      registers: [registry],
    });
    this.#answers = new Counter({
      name: 'telemetry_streamer_append_answers_total',
      help: 'Answers to append transactions: committed, refused (a conflict), or unknown (tried again).',
      labelNames: ['answer'],
      registers: [registry],
    });
    this.#took = new Histogram({
      name: 'telemetry_streamer_append_seconds',
      help: 'Time from sending an append transaction to its answer.',
      buckets: seconds,
      registers: [registry],
    });
    // A series that begins with what it counts has not risen to it.
    for (const how of ['applied', 'applied-earlier']) this.#batches.inc({ how }, 0);
    for (const by of ['lane', 'source', 'place']) this.#fenced.inc({ by }, 0);
    for (const answer of ['committed', 'refused', 'unknown']) this.#answers.inc({ answer }, 0);
  }

  /** Takes in what a streamer tells. */
  readonly report = (event: StreamerEvent): void => {
    if (event.kind === 'waiting') this.#waiting.set(1);
    else if (event.kind === 'going-on') this.#waiting.set(0);
    else if (event.kind === 'fenced') this.#fenced.inc({ by: event.by });
    else if (event.kind === 'appended' || event.kind === 'found-done') {
      this.#rows.inc(event.rows);
      this.#events.inc(event.events);
      this.#letters.inc(event.deadLetters);
      if (event.kind === 'found-done') return void this.#batches.inc({ how: 'applied-earlier' }, event.appends);
      this.#segments.inc(event.segments);
      this.#bytes.inc(event.bytes);
      this.#batches.inc({ how: event.how });
    }
  };

  /** The store, with every append timed. */
  timed(store: AppendStore): AppendStore {
    return {
      open: (partitions, signal) => store.open(partitions, signal),
      readCheckpoint: (source, signal) => store.readCheckpoint(source, signal),
      readHeads: (lane, partitions, signal) => store.readHeads(lane, partitions, signal),
      writePlan: (source, plan, signal) => store.writePlan(source, plan, signal),
      writeLetterCounts: (file, prior, counts, signal) => store.writeLetterCounts(file, prior, counts, signal),
      append: async (append, signal) => {
        const ended = this.#took.startTimer();
        const answer = await store.append(append, signal);
        ended();
        this.#answers.inc({ answer: answer.kind === 'answered' ? answer.value.kind : answer.kind });
        return answer;
      },
    };
  }
}
