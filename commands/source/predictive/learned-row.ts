/** Where in a row its metric stands, directly behind its time. Indexes into the room. */
export interface MetricPlace {
  readonly start: number;
  readonly end: number;
  /** In the labels behind the number, where they repeat it; -1 where they do not. */
  readonly again: number;
}

/** A row taken apart: its time, then `head`, its number, then `tail` up to behind its line end; indexes into the room. */
export interface LearnedRow {
  readonly timeEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly next: number;
  /** Undefined where a row of another metric is not to be known by this one. */
  readonly metric: MetricPlace | undefined;
}
