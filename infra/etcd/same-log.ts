import { type Etcd3 } from 'etcd3';
import { type LogIdentity } from '../../domain/log-identity.js';
import { type StoreAnswer } from '../../domain/store-answer.js';
import { type Keys } from './keys.js';
import { readLogIdentity } from './log-identity-store.js';
import { once } from './one-try.js';
import { EtcdError, type Patience } from './persistently.js';
import { getOne } from './range.js';
import { HistoryRolledBack, LogReplaced } from './rolled-back.js';
import { type SeenLog } from './seen-log.js';
import { isInHistory } from './witness.js';

/**
 * Looks whether etcd still is what a process that appends has seen, for whoever writes what compares nothing of the log,
 * or has nothing to write (promise L9).
 *
 * @throws HistoryRolledBack or LogReplaced when it is not
 * @throws EtcdError when patience is at its end
 */
export const assertSameLog = async (
  client: Etcd3,
  seen: SeenLog,
  signal: AbortSignal,
  patience: Patience = {},
): Promise<void> => {
  const see = seen.asked();
  const { appended } = seen;
  const [{ stored, revision }, isKept] = await Promise.all([
    getOne(client, seen.identityKey, signal, patience),
    appended === undefined || isInHistory(client, appended, signal, patience),
  ]);
  see(revision);
  seen.assertSame(stored);
  if (!isKept) throw new HistoryRolledBack(appended!.modified, revision);
};

/** The same with one try. Rejects when it is not, and when the signal aborts. */
export const lookAtSameLog = async (
  client: Etcd3,
  seen: SeenLog,
  signal: AbortSignal,
): Promise<StoreAnswer<undefined>> => {
  try {
    await assertSameLog(client, seen, signal, once);
    return { kind: 'answered', value: undefined };
  } catch (error) {
    if (error instanceof EtcdError) return { kind: 'unknown', failure: error.failure };
    throw error;
  }
};

/**
 * Tells whoever follows a log as it was opened that it is no longer that (promise L9): a segment that was seen says so
 * too, but not where etcd has been compacted behind it.
 *
 * @throws LogReplaced from what it gives
 */
export const stillThis =
  (client: Etcd3, keys: Keys, { log_id, epoch }: LogIdentity) =>
  async (signal: AbortSignal): Promise<void> => {
    const now = await readLogIdentity(client, keys, signal);
    if (now?.log_id !== log_id || now.epoch !== epoch) throw new LogReplaced();
  };
