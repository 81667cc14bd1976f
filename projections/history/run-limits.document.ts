/**
 * A run of a partition's log ends with the segment that brings it to one of these: stored bytes of its segments, or
 * events, counted from the run's beginning. The log alone decides. Versioned: change with care.
 */
export const runLimits = { bytes: 1_048_576, events: 250_000 } as const;

/** True when a run of so many stored bytes and events has ended. */
export const runEnds = (storedBytes: number, events: number): boolean =>
  storedBytes >= runLimits.bytes || events >= runLimits.events;
