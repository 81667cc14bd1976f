import { type Append, type AppendAnswer } from '../../domain/append.js';
import { type Lane, type Sequence, type SourceId } from '../../domain/ids.js';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type Revision } from '../../domain/revision.js';
import { type StoreAnswer } from '../../domain/store-answer.js';

/** The write side of the log. Every method makes one try, with a deadline, and rejects only when `signal` aborts. */
export interface AppendStore {
  /** The log's identity, written with `partitions` of them when there is none yet. */
  open(partitions: number, signal: AbortSignal): Promise<StoreAnswer<LogIdentity>>;
  /** The stored text of a source's checkpoint. */
  readCheckpoint(source: SourceId, signal: AbortSignal): Promise<StoreAnswer<string | undefined>>;
  /** The next sequence of a lane in each partition, from 0: index is the partition. Read after the lane was claimed. */
  readHeads(lane: Lane, partitions: number, signal: AbortSignal): Promise<StoreAnswer<readonly Sequence[]>>;
  /**
   * Writes a source's plan where nothing is stored of the source yet.
   *
   * @returns what stands there then: the plan, or what came before it
   */
  writePlan(source: SourceId, plan: string, signal: AbortSignal): Promise<StoreAnswer<string>>;
  /**
   * Writes what the dead letters of a split file amount to where `prior` stands, or, undefined, where nothing does.
   *
   * @returns what stands there then
   */
  writeLetterCounts(
    file: SourceId,
    prior: string | undefined,
    counts: string,
    signal: AbortSignal,
  ): Promise<StoreAnswer<string>>;
  append(append: Append, signal: AbortSignal): Promise<StoreAnswer<AppendAnswer>>;
}

/** A lane held by this process, by a key on a lease. Claims of sources hang on the same lease. */
export interface LaneClaim {
  readonly lane: Lane;
  /** The create revision of the claim's key. */
  readonly revision: Revision;
  /** Aborts when the lease is known to be lost. Only a hint: what protects the log is the compare in each append. */
  readonly lost: AbortSignal;
  /** Claims a source; `undefined` while another streamer has it. What this lane has claimed before is its own. One try. */
  takeSource(source: SourceId, signal: AbortSignal): Promise<StoreAnswer<SourceClaim | undefined>>;
  /** Gives a source back that may be another's by now. One try. */
  giveSource(claim: SourceClaim, signal: AbortSignal): Promise<StoreAnswer<unknown>>;
  /** Gives the lane and its sources back: revokes the lease. Never rejects. */
  release(): Promise<void>;
}

/** Says who should read a source. What keeps its rows from being appended twice is the compare in each append. */
export interface SourceClaim {
  readonly source: SourceId;
  /** The create revision of the claim's key. */
  readonly revision: Revision;
}

export interface LaneClaims {
  /** Claims any free lane; `undefined` when all of them are taken. One try, which leaves nothing behind on failure. */
  claim(signal: AbortSignal): Promise<StoreAnswer<LaneClaim | undefined>>;
  /** The sources that streamers have claimed, this one's too. */
  sourcesTaken(signal: AbortSignal): Promise<StoreAnswer<ReadonlySet<SourceId>>>;
}
