import { type Partition } from '../../domain/ids.js';
import { type LogReader } from '../../domain/log-entry.js';
import { type Instant } from '../../domain/instant.js';
import { type HeldBack, type LogFloor } from '../../domain/log-floor.js';
import { type Revision } from '../../domain/revision.js';
import { type decodeSegmentHeader } from '../../domain/segment/decode.js';
import { type TrimHorizons } from '../../domain/trim-horizon.js';
import { type StoreSpace } from '../../domain/store-space.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { type Guard } from './guard.js';
import { type HeldModel, type ModelPorts } from './model-ports.js';

/** The recorded horizons, each with the revision at which it was written. */
export interface Recorded {
  readonly horizons: TrimHorizons;
  readonly modified: ReadonlyMap<Partition, Revision>;
}

/** How far every generation that counts has folded each partition, and the registry that this was read with. */
export interface Folded {
  readonly folded: ReadonlyMap<Partition, LogFloor>;
  /** Changed by every reset, switch and cancel; undefined while there is none. */
  readonly registry: Revision | undefined;
}

/** Horizons and deletes of the log. Every method makes one try and rejects only when `signal` aborts. */
export interface TrimStore {
  horizons(signal: AbortSignal): Promise<StoreAnswer<Recorded>>;
  floors(signal: AbortSignal): Promise<StoreAnswer<Folded>>;
  /** False when something compared is no longer what it was. */
  record(before: Recorded, decided: TrimHorizons, guard: Guard, signal: AbortSignal): Promise<StoreAnswer<boolean>>;
  /** Deletes some of what lies before the horizons, never the newest of a lane; needs no claim and puts nothing. */
  deleteBefore(horizons: TrimHorizons, signal: AbortSignal): Promise<StoreAnswer<{ readonly more: boolean }>>;
}

/** Archives the log, as long as it is run. */
export interface LogArchive {
  /** Everything that the log holds before this revision is archived. */
  readonly before: Revision;
  /** Tells it that something is to be deleted. */
  want(): void;
  /** Until the signal aborts. Never throws. */
  run(signal: AbortSignal): Promise<void>;
}

/** The claim on the background work, as long as its lease lives. */
export interface MaintenanceClaim {
  readonly revision: Revision;
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** What makes room in etcd itself; only given where that is allowed. One try each; rejects only when `signal` aborts. */
export interface Upkeep {
  compact(through: Revision, signal: AbortSignal): Promise<StoreAnswer<unknown>>;
  /** Of every member that answers; `leftOut` names the others. */
  defragment(signal: AbortSignal): Promise<StoreAnswer<{ readonly leftOut: readonly string[] }>>;
  disarm(members: readonly string[], signal: AbortSignal): Promise<StoreAnswer<unknown>>;
}

/** How etcd is, which anybody may ask. */
export interface SpaceWatch {
  /** Of the fullest member of those that answer. */
  space(signal: AbortSignal): Promise<StoreAnswer<StoreSpace>>;
  /** The members that take no put because they have no space. */
  alarms(signal: AbortSignal): Promise<StoreAnswer<readonly string[]>>;
}

/** What is held of the log, behind its horizons. */
export interface HeldLog {
  readonly bytes: number;
  readonly allowed: number;
  readonly oldest: Instant | undefined;
  readonly newest: Instant | undefined;
  readonly horizons: TrimHorizons;
  /** What is to go and stays, and who keeps it. */
  readonly heldBack: readonly HeldBack[];
}

export interface Found {
  readonly log: HeldLog;
  readonly models: readonly HeldModel[];
}

export interface RetentionPorts {
  readonly log: Pick<LogReader, 'head' | 'follow'>;
  readonly decodeHeader: typeof decodeSegmentHeader;
  readonly trims: TrimStore;
  /** What the log is archived by, where it is; `trims` then keeps what is not archived. */
  readonly archive?: LogArchive;
  readonly models: ModelPorts;
  readonly watch: SpaceWatch;
  readonly upkeep: Upkeep | undefined;
  /** Undefined when another has the claim. */
  readonly claim: (signal: AbortSignal) => Promise<StoreAnswer<MaintenanceClaim | undefined>>;
  /** Tells everybody what was found. One try; rejects only when `signal` aborts. */
  readonly report: (found: Found, signal: AbortSignal) => Promise<StoreAnswer<unknown>>;
  /** A line for people. */
  readonly notice: (text: string) => void;
  /** Milliseconds of a clock that only goes forward, and since the Unix epoch. */
  readonly clock: () => number;
  readonly now: () => number;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}
