import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../domain/error-message.js';
import { type StoreFailure } from '../../domain/store-answer.js';
import { abortReason, cancellable } from './cancellable.js';
import { failureOf, isCompacted, isFutureRevision } from './failure.js';

const told = ({ kind, message }: StoreFailure): string => {
  switch (kind) {
    case 'slow':
      return `etcd does not answer in time: it has too much to do, or too few of its members run (${message})`;
    case 'unreachable':
      return `etcd cannot be reached (${message})`;
    case 'full':
    case 'refused':
      return `etcd: ${message}`;
  }
};

/** etcd did not answer, or refused to. */
export class EtcdError extends Error {
  constructor(
    readonly failure: StoreFailure,
    cause: unknown,
  ) {
    super(told(failure), { cause });
  }
}

export interface Patience {
  /** Milliseconds of failures in a row to bear; without end by default. */
  readonly patienceMs?: number;
  /** Told about each failure that is borne. */
  readonly onFailure?: (failure: StoreFailure) => void;
}

const pausesMs = [20, 50, 100, 200, 500, 1_000];

/**
 * Repeats a read until it answers, with growing pauses: connection losses, restarts and changes of leader are borne.
 *
 * @throws EtcdError when etcd will never answer this (not permitted), or when patience is at its end
 * @throws what the signal says when it aborts, and the client's own error for a compacted or a future revision
 */
export const persistently = async <T>(
  signal: AbortSignal,
  read: () => Promise<T>,
  { patienceMs = Infinity, onFailure }: Patience = {},
): Promise<T> => {
  const start = performance.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await cancellable(read(), signal);
    } catch (error) {
      if (signal.aborted) throw abortReason(signal);
      if (isCompacted(error) || isFutureRevision(error)) throw error;
      const failure = failureOf(error);
      if (failure.kind === 'refused' || performance.now() - start >= patienceMs) throw new EtcdError(failure, error);
      onFailure?.(failure);
      await shortPause(attempt, signal);
    }
  }
};

/** The pause before the next attempt, 20 ms to 1 s; ends early, without an error, when the signal aborts. */
export const shortPause = async (attempt: number, signal: AbortSignal): Promise<void> => {
  const ms = pausesMs[Math.min(attempt, pausesMs.length - 1)]!;
  await pause(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw new Error(messageOf(error), { cause: error });
  });
};
