export interface RunLimits {
  readonly bytes: number;
  readonly events: number;
  readonly segments: number;
}

/**
 * A run of a partition's log ends with the segment that brings it to one of these: stored bytes of its segments, events,
 * or segments, counted from the run's beginning. The log alone decides. Versioned: change with care.
 *
 * Who folds history or answers from it reads the open run whole when it starts. What that takes goes by the segments as
 * much as by what is in them, and a live stream has small ones: of a segment a second, a run lasts nine minutes.
 */
const runLimits: RunLimits = { bytes: 1_048_576, events: 250_000, segments: 512 };

/** By version of history: what an older program folded is judged by where its runs ended. */
const limitsByVersion: ReadonlyMap<number, RunLimits> = new Map([
  [1, { ...runLimits, segments: Infinity }],
  [2, runLimits],
]);

/** The versions of history whose limits are known. */
export const versionsOfRuns: readonly number[] = [...limitsByVersion.keys()];

/** Of a version that is not known, a newer program's, they are taken for this one's. */
export const runLimitsOf = (version: number): RunLimits => limitsByVersion.get(version) ?? runLimits;

/** True when a run of so many stored bytes, events and segments has ended. */
export const runEnds = (storedBytes: number, events: number, segments: number, limits = runLimits): boolean =>
  storedBytes >= limits.bytes || events >= limits.events || segments >= limits.segments;

/** The same for what a version of history has folded. */
export const runEndsIn =
  (version: number) =>
  (storedBytes: number, events: number, segments: number): boolean =>
    runEnds(storedBytes, events, segments, runLimitsOf(version));
