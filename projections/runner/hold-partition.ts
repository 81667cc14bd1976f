import { setTimeout as pause } from 'node:timers/promises';
import { type Membership } from '../../domain/collector-group.js';
import { type Partition } from '../../domain/ids.js';
import { type ModelPart } from '../../domain/read-model.js';
import { abortedLater } from '../../domain/aborted-later.js';
import { foldPartition } from './fold-partition.js';
import { openParts } from './open-parts.js';
import { type OwnedPart } from './owned-part.js';
import { PartClaims } from './part-claims.js';
import { type Slot } from './slots.js';
import { type Surroundings } from './surroundings.js';

/** What a last commit may take before the partition is handed over anyway: the whole must stay within a second. */
const lastCommitMs = 700;
/** Before the first try after one that etcd did not answer, twice as long before each after that, and the longest. */
const firstPauseMs = 200;
const longestPauseMs = 1_600;
/** What cannot be loaded holds back no longer what may be built to take its place. */
const triesWithPrecedence = 3;

/** A member's stay in the group, as the work on one partition sees it. */
export interface Holding {
  readonly membership: Membership;
  /** Whether this member goes on with a part. */
  readonly wants: (part: ModelPart) => boolean;
  /** Resolves when nobody else seems to have a claim of these parts any more, or when it is worth a try. */
  readonly freed: (parts: readonly ModelPart[], signal: AbortSignal) => Promise<void>;
}

/**
 * Owns one partition until `stop` aborts or the membership is lost: claims its parts, loads them, folds and commits;
 * after a refused commit all over again (promise P1). The claims are given up at the end, but for those that other work
 * of this member goes on with: a partition does not lose its owner because another projection joins it. Throws only
 * when history was rolled back below what was folded.
 */
export const holdPartition = async (
  around: Surroundings,
  { membership, wants, freed }: Holding,
  { partition, parts: own, isBuild }: Slot,
  stop: AbortSignal,
): Promise<void> => {
  const { lost } = membership;
  const claims = new PartClaims(membership, own);
  const hard = AbortSignal.any([lost, abortedLater(stop, lastCommitMs)]);
  const over = AbortSignal.any([stop, lost]);
  let [failures, refused] = [0, false];
  // What queries answer from goes first from its first try to claim it on.
  const isThere = isBuild ? () => undefined : around.precedence.begin();
  try {
    if (isBuild) await around.precedence.first(over);
    while (!over.aborted) {
      const parts = await acquire(around, claims, partition, over);
      failures = parts === 'failed' ? failures + 1 : 0;
      if (failures === triesWithPrecedence) isThere();
      if (parts === 'held') await freed(own, over);
      if (parts === 'failed') {
        const waitMs = Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs);
        await pause(waitMs, undefined, { signal: over }).catch(() => undefined);
      }
      if (parts === 'held' || parts === 'failed') continue;
      const folding = foldPartition(around, { partition, isBuild }, parts, stop, hard);
      // Its reading has begun, and has a precedence of its own until it has caught up.
      isThere();
      const end = await folding;
      for (const { claim, suspended } of parts) if (suspended) around.suspended.suspend(claim.part, suspended);
      refused = end.kind === 'fenced';
      if (end.kind === 'fenced' && !over.aborted) {
        around.counters.refused += 1;
        around.notice(`A commit of partition ${String(partition)} was refused: ${end.reason}. It is loaded anew.`);
        await claims.release(lost);
      }
    }
  } finally {
    isThere();
    // A commit that was cut off may be applied yet: only a new claim keeps it away from whoever goes on.
    await claims.release(lost, hard.aborted || refused ? undefined : wants);
  }
};

/** All parts claimed and loaded; `held` while somebody else has a claim, `failed` when etcd does not answer. */
const acquire = async (
  around: Surroundings,
  claims: PartClaims,
  partition: Partition,
  signal: AbortSignal,
): Promise<readonly OwnedPart[] | 'held' | 'failed'> => {
  const { counters, notice } = around;
  try {
    const own = await claims.take(signal);
    const parts = own && (await openParts(around, own, signal));
    counters.goesOn();
    return parts ?? 'held';
  } catch (error) {
    const reason = (error as Error).message;
    const news = !signal.aborted && counters.waitsFor(`partitions cannot be loaded: ${reason}`);
    if (news) notice(`Partition ${String(partition)} cannot be loaded yet: ${reason}`);
    return 'failed';
  }
};
