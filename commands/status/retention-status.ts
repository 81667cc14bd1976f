import { formatInstant, type Instant } from '../../domain/instant.js';
import { describeHeldBack, type HeldBack } from '../../domain/log-floor.js';
import { type MaintenanceReport } from '../../domain/maintenance-report.js';

/** How much is held of something and for how long, as `status --json` shows it. */
export interface HeldStatus {
  readonly bytes: number;
  readonly allowed_bytes: number;
  readonly oldest: string | null;
  readonly newest: string | null;
  /** From the oldest to the newest; 0 where nothing is held. */
  readonly hours: number;
}

/** Segments that are to go and stay: who keeps them, from which revision on, in which partitions. */
export interface HeldBackStatus {
  readonly by: 'projection' | 'archive' | 'nothing folded';
  /** Of a projection. */
  readonly name?: string;
  readonly generation?: string;
  readonly from: string;
  readonly partitions: readonly number[];
  readonly segments: number;
  readonly bytes: number;
}

export const heldBackStatus = ({ keeper, from, ...held }: HeldBack): HeldBackStatus => ({
  ...(keeper.kind === 'generation'
    ? { by: 'projection', name: keeper.projection, generation: String(keeper.generation) }
    : { by: keeper.kind === 'archive' ? 'archive' : 'nothing folded' }),
  ...held,
  from: String(from),
});

/** What retention keeps, as it found it at its last look. */
export interface RetentionStatus {
  readonly at: string;
  /** The process that does the work. */
  readonly holder: string;
  /** By the times of appending. */
  readonly log: HeldStatus & {
    readonly trimmed_segments: number;
    readonly trimmed_events: number;
    /** What is to go and stays. */
    readonly held_back: readonly HeldBackStatus[];
  };
  /** The same as sentences, for people. */
  readonly advice: readonly string[];
  /** Generations of history and clusters, by the times of observation. */
  readonly models: readonly (HeldStatus & { readonly name: string; readonly generation: string })[];
}

type Held = Pick<MaintenanceReport['log'], 'bytes' | 'allowed_bytes' | 'oldest' | 'newest'>;

const secondNanos = 1_000_000_000n;

const hoursOf = (oldest: Instant | null, newest: Instant | null): number =>
  oldest === null || newest === null ? 0 : Number(((newest - oldest) * 1_000n) / (3_600n * secondNanos)) / 1_000;

const heldStatus = ({ bytes, allowed_bytes, oldest, newest }: Held): HeldStatus => ({
  ...{ bytes, allowed_bytes },
  oldest: oldest === null ? null : formatInstant(oldest),
  newest: newest === null ? null : formatInstant(newest),
  hours: hoursOf(oldest, newest),
});

export const retentionStatus = ({ at, holder, log, models }: MaintenanceReport): RetentionStatus => ({
  ...{ at: formatInstant(at), holder },
  log: {
    ...heldStatus(log),
    ...{ trimmed_segments: log.trimmed_segments, trimmed_events: log.trimmed_events },
    held_back: (log.held_back ?? []).map(heldBackStatus),
  },
  advice: (log.held_back ?? []).map((held) => `${describeHeldBack(held)}.`),
  models: models.map(({ projection, generation, ...held }) => ({
    ...{ name: projection, generation: String(generation) },
    ...heldStatus(held),
  })),
});
