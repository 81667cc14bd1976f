import { setTimeout as pause } from 'node:timers/promises';
import { type Backlog } from './backlog.js';
import { type Counters } from './counters.js';
import { type OwnedPart } from './owned-part.js';

/** Between the starts of two commits of one partition: the first after idleness goes at once (promise P7). */
const betweenCommitsMs = 200;

export type CommittingEnd = { readonly kind: 'ended' } | { readonly kind: 'fenced'; readonly reason: string };

export type ReportFailure = (parts: readonly OwnedPart[], key: string, reason: string) => void;

/**
 * Commits what the parts of a partition have ready, until `stop` aborts; then once more, so that the next owner need
 * not fold it again. `hard` ends it in the middle of a commit.
 *
 * @param waits told why a commit has to be repeated
 */
export const commitPartition = async (
  parts: readonly OwnedPart[],
  backlog: Backlog,
  counters: Counters,
  stop: AbortSignal,
  hard: AbortSignal,
  report: ReportFailure,
  waits: (reason: string) => void,
): Promise<CommittingEnd> => {
  let allowedAt = 0;
  for (;;) {
    await backlog.filled(stop);
    const early = allowedAt - performance.now();
    if (early > 0) await pause(early, undefined, { signal: stop }).catch(() => undefined);
    allowedAt = performance.now() + betweenCommitsMs;
    const last = stop.aborted;
    if (hard.aborted) return { kind: 'ended' };
    const done = backlog.begin();
    const refused = await commitOnce(parts, counters, hard, report, waits);
    if (hard.aborted) return { kind: 'ended' };
    if (refused !== undefined) return { kind: 'fenced', reason: refused };
    done();
    if (last) return { kind: 'ended' };
  }
};

/** Commits each part, side by side; gives why one was refused. */
const commitOnce = async (
  parts: readonly OwnedPart[],
  counters: Counters,
  hard: AbortSignal,
  report: ReportFailure,
  waits: (reason: string) => void,
): Promise<string | undefined> => {
  const refusals = await Promise.all(
    parts.map(async (part) => {
      const outcome = await part.commit(hard, waits).catch(() => undefined);
      if (outcome?.kind === 'fenced') return outcome.reason;
      if (outcome?.kind === 'failed') report([part], outcome.key, outcome.reason);
      if (outcome?.kind === 'applied') {
        counters.goesOn();
        counters.commits += 1;
        counters.settled += outcome.earlier;
      }
      return undefined;
    }),
  );
  return refusals.find((reason) => reason !== undefined);
};
