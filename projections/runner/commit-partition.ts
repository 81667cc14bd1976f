import { setTimeout as pause } from 'node:timers/promises';
import { type Backlog } from './backlog.js';
import { type Counters } from './counters.js';
import { type OwnedPart } from './owned-part.js';

/** Between the starts of two commits of one partition: the first after idleness goes at once (promise P7). */
const betweenCommitsMs = 200;
/** The same of what nobody answers from before it has read much more: commits cost more than what is read between them. */
const farBehindMs = 1_000;

export type CommittingEnd = { readonly kind: 'ended' } | { readonly kind: 'fenced'; readonly reason: string };

export type ReportFailure = (parts: readonly OwnedPart[], key: string, reason: string) => void;

/** What is committed, and who hears how it goes. */
export interface Committing {
  readonly parts: readonly OwnedPart[];
  readonly backlog: Backlog;
  readonly counters: Counters;
  /** Whether it is of no use yet what is committed, but to who has to go on with it. */
  readonly isFarBehind: () => boolean;
  readonly report: ReportFailure;
  /** Told why a commit has to be repeated. */
  readonly waits: (reason: string) => void;
}

/**
 * Commits what the parts of a partition have ready, until `stop` aborts; then once more, so that the next owner need
 * not fold it again. `hard` ends it in the middle of a commit.
 */
export const commitPartition = async (
  committing: Committing,
  stop: AbortSignal,
  hard: AbortSignal,
): Promise<CommittingEnd> => {
  const { backlog, isFarBehind } = committing;
  let begunAt = -Infinity;
  for (;;) {
    await backlog.filled(stop);
    await turnAfter(begunAt, isFarBehind, stop);
    begunAt = performance.now();
    const last = stop.aborted;
    if (hard.aborted) return { kind: 'ended' };
    const done = backlog.begin();
    const refused = await commitOnce(committing, hard);
    if (hard.aborted) return { kind: 'ended' };
    if (refused !== undefined) return { kind: 'fenced', reason: refused };
    done();
    if (last) return { kind: 'ended' };
  }
};

/** Waits for the turn after a commit that began then, which comes sooner when what was far behind no longer is. */
const turnAfter = async (begunAt: number, isFarBehind: () => boolean, stop: AbortSignal): Promise<void> => {
  while (!stop.aborted) {
    const early = begunAt + (isFarBehind() ? farBehindMs : betweenCommitsMs) - performance.now();
    if (early <= 0) return;
    await pause(Math.min(early, betweenCommitsMs), undefined, { signal: stop }).catch(() => undefined);
  }
};

/** Commits each part, side by side; gives why one was refused. */
const commitOnce = async (
  { parts, counters, report, waits }: Committing,
  hard: AbortSignal,
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
