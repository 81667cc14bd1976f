import { type Revision } from '../../domain/revision.js';

/** etcd is at an earlier revision than it has been seen at, or has been there since (promise L9). */
export class HistoryRolledBack extends Error {
  constructor(
    readonly seen: Revision,
    readonly now: Revision,
  ) {
    super(
      (now < seen
        ? `etcd is at revision ${String(now)}, but revision ${String(seen)} has been seen before: `
        : `etcd is at revision ${String(now)}, but what it held at revision ${String(seen)} is not what was seen there: `) +
        'it was restored from a backup or replaced by another. ' +
        'Stop everything, run "telemetry log recover", then start again.',
    );
  }
}

/** The log is not, or no longer in the epoch, that this process opened (promise L9). */
export class LogReplaced extends Error {
  constructor() {
    super(
      'the log is not the one that was opened: etcd was restored from a backup or replaced by another. ' +
        'Stop everything, run "telemetry log recover" unless that was done, then start again.',
    );
  }
}

/** Nothing more may be done with this etcd by a process that has seen it before. */
export const isRolledBack = (error: unknown): boolean =>
  error instanceof HistoryRolledBack || error instanceof LogReplaced;
