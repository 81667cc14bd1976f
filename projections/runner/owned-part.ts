import { type OwnClaim } from '../../domain/collector-group.js';
import { type KnownGeneration } from '../../domain/generation-registry.js';
import { archiveNeeded, cutsIn, type FoldCheckpoint } from '../../domain/generation.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type Fence, type FoldedSegment, type ModelStore } from '../../domain/read-model.js';
import { beginning, next, type Revision } from '../../domain/revision.js';
import { type Segment } from '../../domain/segment/segment.js';
import { type PartitionFold, type Pending, type Projection } from '../projection.js';
import { type CommitOutcome, sendCommit } from './send-commit.js';
import { deleting } from './overtaken-chunks.js';
import { splitCommit } from './split-commit.js';
import { type SuspendedFold } from './suspended-folds.js';

/** The checkpoint that a commit of this writes. */
const advance = (from: FoldCheckpoint, pending: Pending): FoldCheckpoint => ({
  next: next(pending.through),
  segments: from.segments + pending.segments,
  events: from.events + pending.events,
});

export type PartCommit =
  | CommitOutcome
  | { readonly kind: 'nothing' }
  /** The part does nothing from now on; the key is that of the last segment folded. */
  | { readonly kind: 'failed'; readonly key: string; readonly reason: string };

/** A part as it was found when it was claimed. */
export interface FoundPart {
  readonly claim: OwnClaim;
  readonly known: KnownGeneration;
  readonly checkpoint: { readonly value: FoldCheckpoint; readonly version: bigint };
  readonly fold: PartitionFold;
  /** The next revision that the fold has not seen. */
  readonly wanted: Revision;
  /** The last segment that it has seen, where it has seen any. */
  readonly folded: FoldedSegment | undefined;
  /** Whether the fold was suspended, and goes on. */
  readonly isResumed: boolean;
  /** What is to be deleted with its next commit. */
  readonly leftOver: readonly (readonly string[])[];
  /** Why it does nothing from the start. */
  readonly failure: string | undefined;
}

/** A part of a generation that is mine: its fold in memory and its checkpoint in etcd. */
export class OwnedPart {
  readonly claim: OwnClaim;
  readonly isResumed: boolean;
  readonly #fold: PartitionFold;
  readonly #record: Revision;
  /** Up to where it is read from an archive; undefined where the log has all of it. */
  readonly archived: Revision | undefined;
  readonly #cuts: readonly Revision[];
  #checkpoint: FoldCheckpoint;
  #version: bigint;
  #wanted: Revision;
  #folded: FoldedSegment | undefined;
  #lastKey = '';
  #failure: string | undefined;
  /** What was taken from the fold and may be committed or not. */
  #inDoubt = false;
  /** What is to be deleted with the next commit. */
  #leftOver: readonly (readonly string[])[];

  constructor(
    private readonly models: ModelStore,
    private readonly projection: Projection,
    { claim, known, checkpoint, fold, wanted, folded, isResumed, leftOver, failure }: FoundPart,
  ) {
    this.claim = claim;
    this.isResumed = isResumed;
    this.#fold = fold;
    this.#record = known.modified;
    this.archived = archiveNeeded(known.record);
    this.#cuts = cutsIn(known.record, claim.part.partition);
    this.#checkpoint = checkpoint.value;
    this.#version = checkpoint.version;
    this.#wanted = wanted;
    this.#folded = folded;
    this.#leftOver = leftOver;
    this.#failure = failure;
  }

  /** What to go on with when the part is owned again; undefined for what is loaded anew then. */
  get suspended(): SuspendedFold | undefined {
    if (this.projection.loads || this.#failure !== undefined || this.#inDoubt) return undefined;
    const [wanted, folded, version] = [this.#wanted, this.#folded, this.#version];
    return { fold: this.#fold, wanted, folded, version, cuts: this.#cuts };
  }

  /** Why the part does nothing any more. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** The next revision that it has not folded. */
  get wanted(): Revision {
    return this.#wanted;
  }

  /**
   * Folds a segment unless that was done before. A fold that throws has a bug: the part does nothing from then on, so
   * that no half-folded state is committed, and the reason is returned once.
   */
  fold(segment: Segment, entry: LogEntry): string | undefined {
    if (this.#failure !== undefined || entry.revision < this.#wanted) return undefined;
    try {
      this.#fold.fold(segment, entry.revision, entry.bytes.byteLength);
      this.#wanted = next(entry.revision);
      this.#folded = { lane: entry.lane, sequence: entry.sequence, revision: entry.revision };
      this.#lastKey = entry.key;
      return undefined;
    } catch (error) {
      return (this.#failure = `the fold failed: ${String(error)}`);
    }
  }

  /** True while what is to be committed is made ready a piece at a time. */
  get isPreparing(): boolean {
    return this.#failure === undefined && this.#fold.gradual?.isPreparing === true;
  }

  /** Makes the next piece of it ready; as for `fold`, the reason is returned where that throws. */
  prepare(): string | undefined {
    try {
      this.#fold.gradual?.prepare();
      return undefined;
    } catch (error) {
      return (this.#failure = `the fold failed: ${String(error)}`);
    }
  }

  /**
   * Commits what is ready. One commit at a time. A commit that the store takes for a bug (too large a document) breaks
   * the part as a failing fold does. Throws only when the signal aborts.
   */
  async commit(signal: AbortSignal, onUnanswered: (reason: string) => void): Promise<PartCommit> {
    if (this.#failure !== undefined) return { kind: 'nothing' };
    try {
      const pending = (this.#fold.gradual ?? this.#fold).take();
      return pending === undefined ? { kind: 'nothing' } : await this.#send(pending, signal, onUnanswered);
    } catch (error) {
      signal.throwIfAborted();
      this.#failure = `it cannot be committed: ${String(error)}`;
      return { kind: 'failed', key: this.#lastKey, reason: this.#failure };
    }
  }

  get #inLog(): Pick<Fence, 'folded'> {
    const folded = this.#folded;
    return folded === undefined || folded.revision <= (this.archived ?? beginning) ? {} : { folded };
  }

  async #send(pending: Pending, signal: AbortSignal, onUnanswered: (reason: string) => void): Promise<CommitOutcome> {
    const { part, revision: claim } = this.claim;
    const checkpoint = advance(this.#checkpoint, pending);
    const fence = { claim, record: this.#record, checkpointVersion: this.#version, ...this.#inLog };
    const steps = splitCommit(part, fence, deleting(this.#leftOver, pending.changes), checkpoint);
    this.#inDoubt = true;
    const outcome = await sendCommit(this.models, steps, signal, onUnanswered);
    if (outcome.kind === 'applied') {
      this.#checkpoint = checkpoint;
      this.#version += 1n;
      this.#inDoubt = false;
      this.#leftOver = [];
    }
    return outcome;
  }
}
