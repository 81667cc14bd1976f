import { type DocumentReader } from '../domain/document-reader.js';
import { type LogReader } from '../domain/log-entry.js';
import { type LogIdentity } from '../domain/log-identity.js';
import { type MaintenanceReport } from '../domain/maintenance-report.js';
import { type ModelFeed } from '../domain/model-feed.js';
import { type Revision } from '../domain/revision.js';
import { type Fullness } from './health/gateway-health.js';
import { type AnnouncedModel, type Surroundings } from './model/standing.js';
import { type ReplayDeadLetters, type ResetProjection } from './queries/admin.js';
import { type ListProjections } from './queries/list-projections.js';
import { type LookAtPipeline } from './queries/pipeline.js';

/** What a gateway needs of the world. */
export interface GatewayPorts {
  readonly feed: ModelFeed;
  /** The log of an identity, which is known once somebody has created it. */
  readonly log: (identity: LogIdentity) => LogReader;
  readonly documents: DocumentReader;
  readonly projections: ListProjections;
  /** The revision from which on the whole log is kept, now and whenever it moves, until the signal aborts. */
  readonly wholeFrom: (signal: AbortSignal) => AsyncIterable<Revision>;
  /** How full etcd is, and whether a member takes no puts because it has no space; undefined before it is known. */
  readonly space: () => Fullness | undefined;
  /** What retention found last; undefined before that is known. */
  readonly retention: () => MaintenanceReport | undefined;
  readonly resetProjection: ResetProjection;
  readonly replayDeadLetters: ReplayDeadLetters;
  /** What may change something by requests, at first; undefined lets nobody. */
  readonly adminToken: string | undefined;
  /** Which generations there are and who folds them, now and after each change. */
  readonly surroundings: (signal: AbortSignal) => AsyncIterable<Surroundings>;
  /** Tells the collectors, until the signal aborts, which generations are answered from, or are being loaded. */
  readonly announce: (model: () => AnnouncedModel, signal: AbortSignal) => Promise<void>;
  readonly pipeline: LookAtPipeline;
  /** When etcd answered last, in milliseconds since the Unix epoch; undefined before its first answer. */
  readonly lastAnswer: () => number | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly warn: (message: string) => void;
}
