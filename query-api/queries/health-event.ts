import { type HealthKind } from '../../domain/health-signals.js';
import { type Instant } from '../../domain/instant.js';
import { type DeviceKey } from '../model/device-order.js';

/** What is or was wrong, of which kind, when, and how often. */
export interface HealthCondition {
  readonly kind: HealthKind;
  /** Which of its kind: a reason to throttle, a counter, a status; null where the kind says all. */
  readonly cause: string | null;
  /** The number of the XID error; null for everything else. */
  readonly code: number | null;
  /** The metric that tells of it; null for what no metric tells. */
  readonly metric: string | null;
  /** Effective times of the first and the last sample that told of it. */
  readonly first: Instant;
  readonly last: Instant;
  /** How much a counter has grown, else how often it has begun. */
  readonly count: number;
  /** The samples that told of it. */
  readonly samples: number;
  /** The greatest of their values, and its unit. */
  readonly worst: number | null;
  readonly unit: string | null;
  /** Whether the newest sample still tells of it. */
  readonly ongoing: boolean;
}

/** A condition of one device from when it began to when it was over. */
export interface HealthEvent extends HealthCondition {
  /** Names it among all events. */
  readonly id: string;
  readonly device: DeviceKey;
}
