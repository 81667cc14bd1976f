import { setTimeout as pause } from 'node:timers/promises';
import { type Build } from '../../domain/generations-known.js';
import { type GenerationRecord } from '../../domain/generation.js';
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
  /** Why those of these that are being built do not go on, as far as rows do not say it. */
  readonly hindrances: (records: readonly GenerationRecord[], signal: AbortSignal) => Promise<readonly string[]>;
  /** Told of each reason for which one does not go on, once for as long as it is one. */
  readonly tell: (remark: string) => void;
}

const everyMs = 500;

const isAmong = (builds: readonly Build[], { projection, generation }: Build): boolean =>
  builds.some((build) => build.projection === projection && build.generation === generation);

/**
 * Shows how far builds are until each has ended, and tells what became of it. Throws when etcd does not answer.
 *
 * @param told what has been told already
 */
export const followBuilds = async (
  { generations, rows, hindrances, show, tell }: FollowBuildsPorts,
  builds: readonly Build[],
  signal: AbortSignal,
  told: readonly string[] = [],
): Promise<ReadonlyMap<Build, BuildEnd>> => {
  const pace = new BuildsPace();
  let known = told;
  for (;;) {
    const view = await generations(signal);
    const ends = builds.map((build) => [build, endOf(view, build)] as const);
    const ended = ends.flatMap(([build, end]) => (end === undefined ? [] : [[build, end] as const]));
    if (ended.length === ends.length) return new Map(ended);
    const mine = ({ name: projection, generation }: ProjectionRow) =>
      isAmong(builds, { projection, generation: Number(generation) });
    const found = (await rows(signal)).filter(mine);
    const records = view.generations.map(({ record }) => record).filter((record) => isAmong(builds, record));
    const remarks = [...found.flatMap(remarksOf), ...(await hindrances(records, signal))];
    remarks.filter((remark) => !known.includes(remark)).forEach(tell);
    known = remarks;
    show(pace.progress(found, performance.now()));
    await pause(everyMs, undefined, { signal });
  }
};
