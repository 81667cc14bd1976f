import { type OwnClaim } from '../../domain/collector-group.js';
import { type KnownGeneration } from '../../domain/generation-registry.js';
import { archiveNeeded, cutsIn, type FoldCheckpoint } from '../../domain/generation.js';
import { type LogEntry } from '../../domain/log-entry.js';
import { type ModelStore } from '../../domain/read-model.js';
import { beginning, next, type Revision } from '../../domain/revision.js';
import { type Segment } from '../../domain/segment/segment.js';
import { type PartitionFold, type Pending, type Projection } from '../projection.js';
import { type CommitOutcome, sendCommit } from './send-commit.js';
import { deleting, mayBeOvertaken, uncovered } from './overtaken-chunks.js';
import { splitCommit } from './split-commit.js';
import { type SuspendedFold, type SuspendedFolds } from './suspended-folds.js';

const foldsNothing: PartitionFold = { fold: () => undefined, take: () => undefined };

const nothingFolded: FoldCheckpoint = { next: beginning, segments: 0, events: 0 };

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

/** A part of a generation that is mine: its fold in memory and its checkpoint in etcd. */
export class OwnedPart {
  readonly claim: OwnClaim;
  readonly #models: ModelStore;
  readonly #fold: PartitionFold;
  readonly #record: Revision;
  /** Up to where it is read from an archive; undefined where the log has all of it. */
  readonly archived: Revision | undefined;
  readonly #cuts: readonly Revision[];
  #checkpoint: FoldCheckpoint;
  #version: bigint;
  #wanted: Revision;
  #lastKey = '';
  #failure: string | undefined;
  /** What was taken from the fold and may be committed or not. */
  #inDoubt = false;
  /** What is to be deleted with the next commit. */
  #leftOver: readonly (readonly string[])[];

  private constructor(
    models: ModelStore,
    private readonly projection: Projection,
    fold: PartitionFold,
    claim: OwnClaim,
    { record, modified }: KnownGeneration,
    checkpoint: { readonly value: FoldCheckpoint; readonly version: bigint },
    wanted: Revision,
    /** Whether it goes on with a fold that was suspended. */
    readonly isResumed: boolean,
    leftOver: readonly (readonly string[])[],
    failure: string | undefined,
  ) {
    this.#models = models;
    this.#fold = fold;
    this.claim = claim;
    this.#record = modified;
    this.archived = archiveNeeded(record);
    this.#cuts = cutsIn(record, claim.part.partition);
    this.#checkpoint = checkpoint.value;
    this.#version = checkpoint.version;
    this.#wanted = wanted;
    this.#leftOver = leftOver;
    this.#failure = failure;
  }

  /**
   * Loads checkpoint and documents, after the claim was made; documents that cannot be read make a part that has
   * failed from the start. Goes on with a suspended fold where there is one. Throws when etcd does not answer.
   */
  static async open(
    models: ModelStore,
    projection: Projection,
    claim: OwnClaim,
    known: KnownGeneration,
    suspended: SuspendedFolds,
    signal: AbortSignal,
  ): Promise<OwnedPart> {
    const loaded = await models.load(claim.part, projection.loads, signal);
    const checkpoint = loaded.checkpoint ?? { value: nothingFolded, version: 0n };
    const { partition } = claim.part;
    const cuts = cutsIn(known.record, partition);
    const { next: unfolded } = checkpoint.value;
    const paths = mayBeOvertaken(cuts, unfolded) ? await models.paths(claim.part, signal) : [];
    const leftOver = uncovered(paths, unfolded);
    const before = suspended.resume(claim.part, checkpoint.version, cuts);
    const part = (fold: PartitionFold, failure?: string) => {
      const wanted = before?.wanted ?? unfolded;
      const isResumed = before !== undefined;
      return new OwnedPart(models, projection, fold, claim, known, checkpoint, wanted, isResumed, leftOver, failure);
    };
    if (before !== undefined) return part(before.fold);
    try {
      return part(projection.open(partition, loaded.documents, known.record.minutes_from, cuts));
    } catch (error) {
      return part(foldsNothing, `its documents cannot be loaded: ${String(error)}`);
    }
  }

  /** What to go on with when the part is owned again; undefined for what is loaded anew then. */
  get suspended(): SuspendedFold | undefined {
    if (this.projection.loads || this.#failure !== undefined || this.#inDoubt) return undefined;
    return { fold: this.#fold, wanted: this.#wanted, version: this.#version, cuts: this.#cuts };
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

  async #send(pending: Pending, signal: AbortSignal, onUnanswered: (reason: string) => void): Promise<CommitOutcome> {
    const { part, revision: claim } = this.claim;
    const checkpoint = advance(this.#checkpoint, pending);
    const fence = { claim, record: this.#record, checkpointVersion: this.#version };
    const steps = splitCommit(part, fence, deleting(this.#leftOver, pending.changes), checkpoint);
    this.#inDoubt = true;
    const outcome = await sendCommit(this.#models, steps, signal, onUnanswered);
    if (outcome.kind === 'applied') {
      this.#checkpoint = checkpoint;
      this.#version += 1n;
      this.#inDoubt = false;
      this.#leftOver = [];
    }
    return outcome;
  }
}
