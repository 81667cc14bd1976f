import { type CollectorAnnouncement, type StoppedPartition } from '../../domain/collector-announcement.js';
import { type ModelPart } from '../../domain/read-model.js';
import { RecentRate } from '../../domain/recent-rate.js';
import { type Backlog } from './backlog.js';

const windowMs = 10_000;

/** What one generation has been given to fold. */
interface Folded extends Pick<ModelPart, 'projection' | 'generation'> {
  events: number;
  readonly rate: RecentRate;
}

/** Work under way on a partition; both change while it is attached. */
export interface Work {
  readonly stops: readonly StoppedPartition[];
  readonly backlog: Backlog;
}

/** How a collector is doing, for its announcement; counts since it started. `events` are those folded for all parts. */
export class Counters {
  events = 0;
  commits = 0;
  /** Commits that turned out to have been applied before a repeat asked. */
  settled = 0;
  /** Claims given up because a commit was refused. */
  refused = 0;
  readonly #works = new Set<Work>();
  readonly #builds = new Map<string, Folded>();
  #waiting: string | undefined;
  #marks: { readonly at: number; readonly events: number }[] = [];

  /** Counts the work on a partition until it is detached. */
  attach(work: Work): () => void {
    this.#works.add(work);
    return () => this.#works.delete(work);
  }

  get stops(): readonly StoppedPartition[] {
    return [...this.#works].flatMap(({ stops }) => stops);
  }

  /** Segments folded and not yet committed. */
  get waitingSegments(): number {
    return [...this.#works].reduce((sum, { backlog }) => sum + backlog.segments, 0);
  }

  /** What cannot go on and why; undefined when the last thing tried went well. */
  get waiting(): string | undefined {
    return this.#waiting;
  }

  /** True when this is news. */
  waitsFor(what: string): boolean {
    const news = this.#waiting !== what;
    this.#waiting = what;
    return news;
  }

  goesOn(): void {
    this.#waiting = undefined;
  }

  /** Counts what a part of a generation has folded. */
  folded({ projection, generation }: ModelPart, events: number): void {
    const key = `${projection}/${String(generation)}`;
    const build = this.#builds.get(key) ?? { projection, generation, events: 0, rate: new RecentRate() };
    this.#builds.set(key, build);
    build.events += events;
  }

  /** How fast each of these generations is folded; the others are forgotten. */
  rates(parts: readonly ModelPart[], nowMs: number): NonNullable<CollectorAnnouncement['rates']> {
    const folding = new Set(parts.map(({ projection, generation }) => `${projection}/${String(generation)}`));
    for (const key of this.#builds.keys()) if (!folding.has(key)) this.#builds.delete(key);
    return [...this.#builds.values()].map(({ projection, generation, events, rate }) => {
      return { projection, generation, events_per_second: Math.round(rate.perSecond(nowMs, events)) };
    });
  }

  /** Events a second over the last ten seconds. */
  rate(nowMs: number): number {
    this.#marks.push({ at: nowMs, events: this.events });
    this.#marks = this.#marks.filter(({ at }) => nowMs - at <= windowMs);
    const first = this.#marks[0]!;
    return first.at === nowMs ? 0 : Math.round(((this.events - first.events) * 1000) / (nowMs - first.at));
  }
}
