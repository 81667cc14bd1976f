import * as t from 'io-ts';
import { Epoch } from './ids.js';
import { Revision } from './revision.js';

/**
 * What `meta/log` holds: written once, when the log is created; only `epoch` is ever raised, by `telemetry log recover`, to
 * the time in milliseconds at least, so that two recoveries from one backup begin different ones.
 * Cursors, archives and checkpoints carry id and epoch (promise L9). Versioned: change with care.
 */
export const LogIdentity = t.readonly(
  t.intersection([
    t.type({ log_id: t.string, epoch: Epoch, partitions: t.number, format: t.literal(1) }),
    /** For each recovery the epoch that it began, and the revision after which all is of that epoch. */
    t.partial({ recoveries: t.readonlyArray(t.readonly(t.type({ epoch: Epoch, after: Revision }))) }),
  ]),
  'LogIdentity',
);
export type LogIdentity = t.TypeOf<typeof LogIdentity>;
