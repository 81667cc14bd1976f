import { type Revision } from '../../domain/revision.js';

/** etcd is at an earlier revision than it has been seen at (promise L9). */
export class HistoryRolledBack extends Error {
  constructor(
    readonly seen: Revision,
    readonly now: Revision,
  ) {
    super(
      `etcd is at revision ${String(now)}, but revision ${String(seen)} has been seen before: ` +
        'it was restored from a backup or replaced by another. ' +
        'Stop everything, run "telemetry log recover", then start again.',
    );
  }
}
