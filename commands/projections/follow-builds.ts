import { setTimeout as pause } from 'node:timers/promises';
import { type Build } from '../../domain/build-decisions.js';
import { type GenerationsView } from '../../domain/generation-registry.js';
import { RecentRate } from '../../domain/recent-rate.js';
import { type ProjectionRow } from '../../domain/projection-row.js';
import { remarksOf } from './remarks.js';

/** What became of a build. `superseded`: a later one answers; `gone`: it was cancelled, or another takes its place. */
export type BuildEnd = 'active' | 'failed' | 'gone' | 'superseded';

/** How far some builds are, together. */
export interface BuildsProgress {
  readonly segments: number;
  readonly segmentsLeft: number;
  readonly partitions: number;
  readonly partitionsDone: number;
  readonly events: number;
  readonly eventsPerSecond: number;
  /** Seconds; undefined while nothing is known of the pace. */
  readonly secondsLeft: number | undefined;
}

/** Undefined while it is being built. */
export const endOf = ({ generations, active }: GenerationsView, build: Build): BuildEnd | undefined => {
  const found = generations.find(
    ({ record }) => record.projection === build.projection && record.generation === build.generation,
  );
  if (found === undefined) return (active.get(build.projection) ?? 0) > build.generation ? 'superseded' : 'gone';
  const { state } = found.record;
  if (state === 'failed') return 'failed';
  return state === 'building' ? undefined : 'active';
};

const total = (rows: readonly ProjectionRow[], of: (row: ProjectionRow) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0);

/** Adds up what the rows of some builds say, look after look. */
export class BuildsPace {
  readonly #segments = new RecentRate();
  readonly #events = new RecentRate();
  #most = 0;

  /** @param nowMs of a clock that only goes forward */
  progress(rows: readonly ProjectionRow[], nowMs: number): BuildsProgress {
    const segmentsLeft = total(rows, (row) => row.lag_segments);
    this.#most = Math.max(this.#most, segmentsLeft);
    const pace = this.#segments.perSecond(nowMs, this.#most - segmentsLeft);
    const events = total(rows, (row) => row.events);
    return {
      ...{ segments: this.#most, segmentsLeft, events },
      eventsPerSecond: Math.max(0, Math.round(this.#events.perSecond(nowMs, events))),
      partitions: total(rows, (row) => row.partitions),
      partitionsDone: total(rows, (row) => row.partitions_done),
      secondsLeft: pace > 0 ? Math.ceil(segmentsLeft / pace) : undefined,
    };
  }
}

export interface FollowBuildsPorts {
  readonly generations: (signal: AbortSignal) => Promise<GenerationsView>;
  readonly rows: (signal: AbortSignal) => Promise<readonly ProjectionRow[]>;
  readonly show: (progress: BuildsProgress) => void;
  /** Why one of them does not go on; told once each. */
  readonly tell: (remark: string) => void;
}

const everyMs = 500;

/** Shows how far builds are until each has ended, and tells what became of it. Throws when etcd does not answer. */
export const followBuilds = async (
  { generations, rows, show, tell }: FollowBuildsPorts,
  builds: readonly Build[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Build, BuildEnd>> => {
  const pace = new BuildsPace();
  let told: readonly string[] = [];
  for (;;) {
    const view = await generations(signal);
    const ends = builds.map((build) => [build, endOf(view, build)] as const);
    const ended = ends.flatMap(([build, end]) => (end === undefined ? [] : [[build, end] as const]));
    if (ended.length === ends.length) return new Map(ended);
    const mine = (row: ProjectionRow) =>
      builds.some(({ projection, generation }) => row.name === projection && row.generation === String(generation));
    const found = (await rows(signal)).filter(mine);
    const remarks = found.flatMap(remarksOf);
    remarks.filter((remark) => !told.includes(remark)).forEach(tell);
    told = remarks;
    show(pace.progress(found, performance.now()));
    await pause(everyMs, undefined, { signal });
  }
};
