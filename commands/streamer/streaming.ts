import { type LogIdentity } from '../../domain/log-identity.js';
import { type AppendStore, type LaneClaims } from '../append/append-port.js';
import { type SpaceGauge } from '../append/space-port.js';
import { type Elsewhere, type Making } from './make-appends.js';
import { type Report } from './streamer-event.js';

/** Everything that a streamer works with, made by its composition root. */
export interface Streaming extends Omit<Making, 'partitions'> {
  readonly log: LogIdentity;
  readonly store: AppendStore;
  readonly claims: LaneClaims;
  /** Undefined where the space of etcd is not watched. */
  readonly gauge: SpaceGauge | undefined;
  readonly report: Report;
  /** Absent where all is done in one thread. */
  readonly elsewhere?: Elsewhere;
  /** Appends that may be unsettled at a time. */
  readonly inFlight: number;
  /** A plain file of more bytes is read by ranges, which streamers share. */
  readonly splitAbove: number;
  /** True to stream again and again: a pass is followed by another. */
  readonly loop: boolean;
}
