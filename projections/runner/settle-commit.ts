import { type FoldCheckpoint } from '../../domain/generation.js';
import { type CommitAnswer, type CommitStep } from '../../domain/read-model.js';

/** What an answer to one step of a commit means (promise P1). */
export type Settlement =
  | { readonly kind: 'applied'; readonly earlier: boolean }
  /** Nobody knows: the same step is sent again. */
  | { readonly kind: 'repeat'; readonly reason: string }
  /** Somebody else's turn: drop the state, give up the claim, take a new one, load after it. */
  | { readonly kind: 'fenced'; readonly reason: string };

const fenced = (reason: string): Settlement => ({ kind: 'fenced', reason });

const same = (a: FoldCheckpoint | undefined, b: FoldCheckpoint | undefined): boolean =>
  a?.next === b?.next && a?.segments === b?.segments && a?.events === b?.events;

/**
 * A refused step was applied earlier exactly when claim and record are still mine and the checkpoint is the one that it
 * writes: only the owner moves the checkpoint, so it was this very commit. A step without a checkpoint leaves no such
 * trace, but it is repeated only before the last step is sent, when nothing of mine has moved the checkpoint yet.
 */
export const settleCommit = (step: CommitStep, answer: CommitAnswer): Settlement => {
  if (answer.kind === 'committed') return { kind: 'applied', earlier: false };
  if (answer.kind === 'unknown') return { kind: 'repeat', reason: answer.reason };
  const { claim, record, checkpoint, folded } = answer.found;
  if (claim !== step.fence.claim) return fenced('the claim is no longer mine');
  if (record !== step.fence.record) return fenced("the generation's record has changed");
  // Once it is applied the segment may be deleted.
  if (step.checkpoint !== undefined && same(checkpoint, step.checkpoint)) return { kind: 'applied', earlier: true };
  return fenced(
    folded === step.fence.folded?.revision ? 'the checkpoint was moved' : 'the log does not hold what was folded',
  );
};
