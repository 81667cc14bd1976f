import { setTimeout as pause } from 'node:timers/promises';
import { type CommitStep, type ModelStore } from '../../domain/read-model.js';
import { settleCommit } from './settle-commit.js';

export type CommitOutcome =
  | { readonly kind: 'applied'; /** Steps that had been applied before a repeat asked. */ readonly earlier: number }
  | { readonly kind: 'fenced'; readonly reason: string };

/** Steps of one commit under way at once. */
const inFlight = 4;
const firstPauseMs = 20;
const longestPauseMs = 1_000;

/**
 * Sends a commit: the steps without the checkpoint side by side, the last one after all of them have answered. Each is
 * repeated unchanged until it answers (promise P1). Throws only when the signal aborts.
 *
 * @param onRepeat told of each answer that left a step unknown
 */
export const sendCommit = async (
  models: ModelStore,
  steps: readonly CommitStep[],
  signal: AbortSignal,
  onRepeat: (reason: string) => void,
): Promise<CommitOutcome> => {
  const before = steps.slice(0, -1);
  for (let at = 0; at < before.length; at += inFlight) {
    const outcomes = await Promise.all(
      before.slice(at, at + inFlight).map((step) => sendStep(models, step, signal, onRepeat)),
    );
    const refused = outcomes.find((outcome) => outcome.kind === 'fenced');
    if (refused) return refused;
  }
  return sendStep(models, steps.at(-1)!, signal, onRepeat);
};

const sendStep = async (
  models: ModelStore,
  step: CommitStep,
  signal: AbortSignal,
  onRepeat: (reason: string) => void,
): Promise<CommitOutcome> => {
  for (let waitMs = firstPauseMs; ; waitMs = Math.min(2 * waitMs, longestPauseMs)) {
    const settlement = settleCommit(step, await models.commit(step, signal));
    if (settlement.kind === 'applied') return { kind: 'applied', earlier: settlement.earlier ? 1 : 0 };
    if (settlement.kind === 'fenced') return settlement;
    onRepeat(settlement.reason);
    await pause(waitMs, undefined, { signal });
  }
};
