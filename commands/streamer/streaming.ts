import { type Instant } from '../../domain/instant.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type Segment } from '../../domain/segment/segment.js';
import { type AppendStore, type LaneClaims } from '../append/append-port.js';
import { type BatchLimits } from '../append/batch.js';
import { type Pause } from '../append/pause.js';
import { type SpaceGauge } from '../append/space-port.js';
import { type DeadLetterLimits } from './dead-letter-limits.js';
import { type Speed } from './pace.js';
import { type Report } from './streamer-event.js';

/** Everything that a streamer works with, made by its composition root. */
export interface Streaming {
  readonly log: LogIdentity;
  readonly store: AppendStore;
  readonly claims: LaneClaims;
  /** Undefined where the space of etcd is not watched. */
  readonly gauge: SpaceGauge | undefined;
  readonly encode: (segment: Segment) => Uint8Array;
  readonly now: () => Instant;
  /** Milliseconds, of a clock that only goes forward. */
  readonly clock: () => number;
  readonly pause: Pause;
  readonly report: Report;
  readonly batch: BatchLimits;
  /** Appends that may be unsettled at a time. */
  readonly inFlight: number;
  readonly deadLetters: DeadLetterLimits;
  readonly speed: Speed;
  /** A plain file of more bytes is read by ranges, which streamers share. */
  readonly splitAbove: number;
  /** True to stream again and again: a pass is followed by another. */
  readonly loop: boolean;
  /** True to give rows present times. */
  readonly restamp: boolean;
}
