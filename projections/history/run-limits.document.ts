/**
 * A run of a partition's log ends with the segment that brings it to one of these: stored bytes of its segments, events,
 * or segments, counted from the run's beginning. The log alone decides. Versioned: change with care.
 *
 * Who folds history or answers from it reads the open run whole when it starts. What that takes goes by the segments as
 * much as by what is in them, and a live stream has small ones: of a segment a second, a run lasts nine minutes.
 */
export const runLimits = { bytes: 1_048_576, events: 250_000, segments: 512 } as const;

/** True when a run of so many stored bytes, events and segments has ended. */
export const runEnds = (storedBytes: number, events: number, segments: number): boolean =>
  storedBytes >= runLimits.bytes || events >= runLimits.events || segments >= runLimits.segments;
