import * as t from 'io-ts';
import { Epoch } from './ids.js';

/**
 * What `meta/log` holds: written once, when the log is created; only `epoch` is ever raised.
 * Cursors, archives and checkpoints carry id and epoch (promise L9). Versioned: change with care.
 */
export const LogIdentity = t.readonly(
  t.type({ log_id: t.string, epoch: Epoch, partitions: t.number, format: t.literal(1) }),
  'LogIdentity',
);
export type LogIdentity = t.TypeOf<typeof LogIdentity>;
