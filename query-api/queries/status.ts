import { type Instant } from '../../domain/instant.js';

export const statuses = ['active', 'stale', 'missing'] as const;
export type Status = (typeof statuses)[number];

/** From which age on a device is stale and missing, in nanoseconds. */
export interface StatusLimits {
  readonly staleAfter: bigint;
  readonly missingAfter: bigint;
}

/** The newest effective time seen in a cluster, and when that was appended. */
export interface Watermark {
  readonly watermark: Instant;
  readonly watermarkAppended: Instant;
}

/**
 * The status of whatever was last seen at `lastSeen`, at the moment `now`: its age is the cluster's watermark,
 * advanced by the time since the watermark was appended, less `lastSeen`. So a replayed export grows old as a live one
 * does, and stale data is never shown as healthy.
 */
export const statusAt = (lastSeen: Instant, cluster: Watermark, now: Instant, limits: StatusLimits): Status => {
  const since = now > cluster.watermarkAppended ? now - cluster.watermarkAppended : 0n;
  const age = cluster.watermark + since - lastSeen;
  if (age < limits.staleAfter) return 'active';
  return age < limits.missingAfter ? 'stale' : 'missing';
};

/** The moments from which on the status is another, by the clock alone. */
export const statusTurns = (
  lastSeen: Instant,
  { watermark, watermarkAppended }: Watermark,
  { staleAfter, missingAfter }: StatusLimits,
): readonly Instant[] =>
  [staleAfter, missingAfter]
    .map((limit) => (watermarkAppended + limit - (watermark - lastSeen)) as Instant)
    .filter((turn) => turn > watermarkAppended);
