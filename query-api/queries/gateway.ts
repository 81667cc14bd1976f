import { type Instant } from '../../domain/instant.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type Revision } from '../../domain/revision.js';
import { type History } from '../history/history.js';
import { type Fleet } from '../model/fleet.js';
import { type LiveFeed } from '../live/live-feed.js';
import { type Permission, type ReplayDeadLetters, type ResetProjection } from './admin.js';
import { type Clock } from './clock.js';
import { type HistorySpan } from './history-span.js';
import { type LookAtPipeline } from './pipeline.js';
import { type ListProjections } from './list-projections.js';

/** What every protocol of the gateway answers from. */
export interface Gateway {
  /** The read models as they stand. */
  readonly fleet: () => Fleet;
  readonly clock: () => Clock;
  /** How much of the past one request may look at. */
  readonly historySpan: () => HistorySpan;
  readonly history: History;
  readonly identity: LogIdentity;
  readonly live: LiveFeed;
  readonly projections: ListProjections;
  readonly resetProjection: ResetProjection;
  readonly replayDeadLetters: ReplayDeadLetters;
  /** Whether the `Authorization` header of a request lets it change something. */
  readonly permission: (authorization: string | undefined) => Permission;
  /** The newest time of observation of what retention has deleted from history; undefined while all of it is kept. */
  readonly historyDeletedTo: () => Instant | undefined;
  readonly pipeline: LookAtPipeline;
  /** Aborts when the gateway stops: subscribers are sent elsewhere. */
  readonly stopping: AbortSignal;
  /** Waits, at most 5 s, until the models have reached a revision; tells whether they have. */
  readonly reached: (revision: Revision, signal: AbortSignal) => Promise<boolean>;
}
