/** A generation of a projection as `telemetry projections list --json` shows it. */
export interface ProjectionRow {
  readonly name: string;
  readonly version: number;
  readonly generation: string;
  readonly state: 'building' | 'active';
  readonly partial: boolean;
  /** Segments in the log that it has not folded; for history, those of runs that have ended and are not written. */
  readonly lag_segments: number;
  readonly events: number;
  readonly stopped: readonly { readonly partition: number; readonly key: string; readonly reason: string }[];
}

/** Asks how far each generation is. Throws StoreSilent when etcd does not answer. */
export type ListProjections = (signal: AbortSignal) => Promise<readonly ProjectionRow[]>;
