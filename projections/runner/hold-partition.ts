import { setTimeout as pause } from 'node:timers/promises';
import { type Membership } from '../../domain/collector-group.js';
import { type Partition } from '../../domain/ids.js';
import { type ModelPart } from '../../domain/read-model.js';
import { abortedLater } from './aborted-later.js';
import { foldPartition, openParts } from './fold-partition.js';
import { type OwnedPart } from './owned-part.js';
import { PartClaims } from './part-claims.js';
import { type Surroundings } from './surroundings.js';

/** What a last commit may take before the partition is handed over anyway: the whole must stay within a second. */
const lastCommitMs = 700;
const firstPauseMs = 50;
const longestPauseMs = 1_000;

/**
 * Owns one partition until `stop` aborts or the membership is lost: claims its parts, loads them, folds and commits;
 * after a refused commit all over again (promise P1). The claims are given up at the end. Throws only when history was
 * rolled back below what was folded.
 */
export const holdPartition = async (
  around: Surroundings,
  membership: Membership,
  partition: Partition,
  wanted: readonly ModelPart[],
  stop: AbortSignal,
): Promise<void> => {
  const { lost } = membership;
  const claims = new PartClaims(membership, wanted);
  const hard = AbortSignal.any([lost, abortedLater(stop, lastCommitMs)]);
  const over = AbortSignal.any([stop, lost]);
  let waitMs = firstPauseMs;
  try {
    while (!over.aborted) {
      const parts = await acquire(around, claims, partition, over);
      if (parts === undefined) {
        await pause(waitMs, undefined, { signal: over }).catch(() => undefined);
        waitMs = Math.min(2 * waitMs, longestPauseMs);
        continue;
      }
      waitMs = firstPauseMs;
      const end = await foldPartition(around, partition, parts, stop, hard);
      if (end.kind === 'fenced' && !over.aborted) {
        around.counters.refused += 1;
        around.notice(`A commit of partition ${String(partition)} was refused: ${end.reason}. It is loaded anew.`);
        await claims.release(lost);
      }
    }
  } finally {
    await claims.release(lost);
  }
};

/** All parts claimed and loaded; undefined when that has to be tried again. */
const acquire = async (
  around: Surroundings,
  claims: PartClaims,
  partition: Partition,
  signal: AbortSignal,
): Promise<readonly OwnedPart[] | undefined> => {
  try {
    const own = await claims.take(signal);
    return own && (await openParts(around, own, signal));
  } catch (error) {
    if (signal.aborted) return undefined;
    around.notice(`Partition ${String(partition)} cannot be loaded yet: ${(error as Error).message}`);
    return undefined;
  }
};
